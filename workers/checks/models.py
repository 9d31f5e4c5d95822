"""The scores of the models for spam and abuse, and the words that weigh most."""

from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal, Span
from workers.checks.model.model_file import shipped_models
from workers.checks.model.site_model import log_odds, unpacked
from workers.checks.model.style_features import manner, shape
from workers.checks.prepared import Prepared

CHECK = "models"
#: From this score on, the spam model counts towards an automatic rejection. The abuse model never does.
STRONG_FROM = 0.95
#: From this score on, the reason lists the heaviest words for the moderator.
TOLD_FROM = 0.4


def check(prepared: Prepared) -> Iterator[Signal]:
    """Always gives signals, so that every comment has scores to rank by."""
    spam, abuse = (round(score, 5) for score in probabilities(prepared))
    if prepared.reading.site_model:
        # The site model's score already builds on the shipped model's score, so only the site model's score is used.
        yield _taught(prepared, features(prepared), spam)
    else:
        yield _signal(Kind.SPAM_MODEL, spam, "reads like spam", prepared, strong=spam >= STRONG_FROM)
    yield _signal(Kind.ABUSE_MODEL, abuse, "reads like an attack", prepared, strong=False)


def probabilities(prepared: Prepared) -> tuple[float, float]:
    """The probabilities of spam and of abuse, by the shipped models."""
    return shipped_models().probabilities(prepared.said, style_features(prepared))


def features(prepared: Prepared) -> set[str]:
    """The features of a comment: its words, character n-grams and phrases, its style features and its URLs."""
    return prepared.said.pieces() | prepared.said.pairs() | prepared.said.phrases() | style_features(prepared)


def style_features(prepared: Prepared) -> set[str]:
    """The style features of a comment: how it looks, and how it addresses people."""
    return shape(prepared.reading, prepared.text, prepared.links) | manner(prepared.reading, prepared.links, prepared.said.words)


def _taught(prepared: Prepared, read: set[str], spam: float) -> Signal:
    model = unpacked(prepared.reading.site_model)
    chance = round(model.chance(read, log_odds(spam)), 5)
    rule = f"reads like what this site rejects ({chance:.0%})"
    telling = model.telling(read) if chance >= TOLD_FROM else []
    rule += f": {', '.join(telling)}" if telling else ""
    spans = _spans(telling, prepared)
    return Signal(Kind.SPAM_SITE_MODEL, chance, rule, spans, strong=chance >= STRONG_FROM, check=CHECK)


def _signal(kind: Kind, score: float, verdict: str, prepared: Prepared, *, strong: bool) -> Signal:
    if score < TOLD_FROM:
        return Signal(kind, score, verdict, check=CHECK)
    telling = shipped_models().heaviest(prepared.said.words, int(kind is Kind.ABUSE_MODEL))
    rule = f"{verdict} ({score:.0%})" + (f": {', '.join(telling)}" if telling else "")
    return Signal(kind, score, rule, _spans(telling, prepared), strong=strong, check=CHECK)


def _spans(words: list[str], prepared: Prepared) -> tuple[Span, ...]:
    """The first place of each word in the text. Words that are not in the text as such are left out."""
    places = ((word, prepared.text.text.find(word)) for word in words)
    return tuple(prepared.text.span(at, at + len(word), read_as=word) for word, at in places if at >= 0)
