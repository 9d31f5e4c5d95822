"""The scores of the models for spam and abuse, and the words that made them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import cast

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import HOLD_AT
from service.domain.policy.signals import Kind, Signal, Span
from workers.checks.languages.attacks import attack_model, telling_words
from workers.checks.languages.told import ENGLISH
from workers.checks.model import linear
from workers.checks.model.explanation import Scoring, deciding_words
from workers.checks.model.linear import probability_of
from workers.checks.model.model_file import shipped_models
from workers.checks.model.ngrams import words_as_read
from workers.checks.model.site_model import log_odds, unpacked
from workers.checks.model.style_features import manner, shape
from workers.checks.prepared import Prepared

CHECK = "models"
#: From this score on, the spam model counts towards an automatic rejection. The abuse model never does.
STRONG_FROM = 0.95
#: Maximum number of words in the sentence of a reason. All of them are marked in the text.
MOST_IN_SENTENCE = 4


def check(prepared: Prepared) -> Iterator[Signal]:
    """Always gives signals, so that every comment has scores to rank by."""
    seen = style_features(prepared)
    spam, abuse = shipped_models().probabilities(prepared.weighed, seen)
    spam, abuse = round(spam, 5), round(_calibrated(prepared.reading, abuse), 5)
    if prepared.reading.site_model:
        # The site model's score already builds on the shipped model's score, so only the site model's score is used.
        yield _by_site_model(prepared, spam, seen)
    else:
        words = _by_shipped_model(prepared, Kind.SPAM_MODEL, spam, seen)
        yield _signal(Kind.SPAM_MODEL, spam, "looks like spam", words, strong=spam >= STRONG_FROM)
    if (language := prepared.told.read_as) and language != ENGLISH:
        yield _attack_in(language, prepared)
        return
    words = _by_shipped_model(prepared, Kind.ABUSE_MODEL, abuse, seen)
    if words and _knows_too_little(prepared, words):
        abuse, words = 0.0, ()
    yield _signal(Kind.ABUSE_MODEL, abuse, "looks like a personal attack", words, strong=False)


def probabilities(prepared: Prepared) -> tuple[float, float]:
    """The probabilities of spam and of abuse, by the shipped models."""
    return shipped_models().probabilities(prepared.weighed, style_features(prepared))


def features(prepared: Prepared) -> set[str]:
    """The features of a comment: its words, character n-grams and phrases, its style features and its URLs."""
    return _of_text(prepared) | style_features(prepared)


def _of_text(prepared: Prepared) -> set[str]:
    return prepared.said.pieces() | prepared.said.pairs() | prepared.said.phrases()


def style_features(prepared: Prepared) -> set[str]:
    """The style features of a comment: how it looks, and how it addresses people."""
    found = shape(prepared)
    found |= manner(prepared)
    return found


def _by_shipped_model(prepared: Prepared, kind: Kind, score: float, seen: set[str]) -> tuple[Span, ...]:
    """The words without which the shipped model would not hold the comment. `seen`: its style features."""
    if score < HOLD_AT[kind]:
        return ()
    shipped, model = shipped_models(), int(kind is Kind.ABUSE_MODEL)

    def scored(found: Iterable[int | str], style: set[str]) -> float:
        chance = shipped.probability_of(cast("Iterable[int]", found), style, model)
        return _calibrated(prepared.reading, chance) if model else chance

    def style(comment: Prepared) -> set[str]:
        return seen if comment is prepared else style_features(comment)

    def whole(comment: Prepared) -> float:
        return probabilities(comment)[0]

    find = partial(shipped.hits, model=model)
    return deciding_words(prepared, Scoring(find, style, scored, None if model else whole, HOLD_AT[kind]), score)


def _knows_too_little(prepared: Prepared, words: Sequence[Span]) -> bool:
    """Whether the English model would hold a text whose language is not sure for pieces of words that it does not know, and knows
    fewer than half of the other words, too: "dicker Nebel" is thick fog in German."""
    knows, said = shipped_models().knows, set(prepared.said.words)
    if prepared.told.language or any(knows(each) for word in words for each in words_as_read(word.read_as)):
        return False
    return 2 * sum(map(knows, said)) < len(said)


def _calibrated(reading: CheckInput, abuse: float) -> float:
    """The probability of abuse after the site's calibration."""
    slope, offset = reading.abuse_calibration
    if (slope, offset) == (1.0, 0.0):
        return abuse
    return probability_of(slope * linear.log_odds(abuse) + offset)


def _attack_in(language: str, prepared: Prepared) -> Signal:
    """What the model for other languages says. The English model would find attacks in innocent words of them."""
    model = attack_model()
    if language not in model.languages:
        return _signal(Kind.ABUSE_MODEL, 0.0, "looks like a personal attack", (), strong=False)
    text = prepared.reading.text
    score = round(model.probability(text, language), 5)
    places = telling_words(model, text, language) if score >= HOLD_AT[Kind.ABUSE_MODEL] else []
    spans = tuple(Span(start, end, text[start:end]) for start, end in places)
    return _signal(Kind.ABUSE_MODEL, score, "looks like a personal attack", spans, strong=False)


def _by_site_model(prepared: Prepared, spam: float, seen: set[str]) -> Signal:
    model, limit = unpacked(prepared.reading.site_model), HOLD_AT[Kind.SPAM_SITE_MODEL]
    chance = round(model.chance(_of_text(prepared) | seen, log_odds(spam)), 5)

    def scored(found: Iterable[int | str], style: set[str]) -> float:
        return model.chance({str(each) for each in found} | style, log_odds(spam))

    def whole(comment: Prepared) -> float:
        return model.chance(features(comment), log_odds(probabilities(comment)[0]))

    words: tuple[Span, ...] = ()
    if chance >= limit:
        words = deciding_words(prepared, Scoring(model.hits, style_features, scored, whole, limit), chance)
    return _signal(Kind.SPAM_SITE_MODEL, chance, "looks like what this site rejects", words, strong=chance >= STRONG_FROM)


def _signal(kind: Kind, score: float, verdict: str, words: tuple[Span, ...], *, strong: bool) -> Signal:
    if score < HOLD_AT[kind]:
        return Signal(kind, score, verdict, check=CHECK)
    named = list(dict.fromkeys(span.text for span in words))
    shown = ", ".join(named[:MOST_IN_SENTENCE]) + (" …" if len(named) > MOST_IN_SENTENCE else "")
    return Signal(kind, score, f"{verdict} ({score:.0%})" + (f": {shown}" if named else ""), words, strong=strong, check=CHECK)
