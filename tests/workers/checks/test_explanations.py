"""A reason of a model names the words that made it, as they stand in the text: without them the reason goes."""

from dataclasses import replace

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal
from workers.checks import models, signals_of
from workers.checks.model.explanation import MOST, without
from workers.checks.prepared import Prepared

INSULTS = [
    "The mayor spoke well, but you are an idiot and a liar, as everybody in this town has known for years.",
    "Only a stupid moron would vote for that, said nobody at the meeting about the bridge.",
    "Shut up, you disgusting clown.",
]
SPAM = [
    "I like the picture of the bridge. Please subscribe to my channel and check out my new song, I reply to everyone",
    "Good article about trams. Make money from home, click the link in my profile to earn $500 a day",
]


def reasons(text: str) -> dict[Kind, Signal]:
    return {reason.kind: reason for reason in judge(signals_of(CheckInput(text)), PolicyLimits()).reasons}


@pytest.mark.parametrize(("text", "kind"), [*((t, Kind.ABUSE_MODEL) for t in INSULTS), *((t, Kind.SPAM_MODEL) for t in SPAM)])
def test_without_the_words_that_it_names_a_reason_goes(text: str, kind: Kind) -> None:
    reason = reasons(text)[kind]
    assert 0 < len(reason.spans) <= MOST
    for span in reason.spans:
        assert text[span.start : span.end] == span.text
        assert not text[span.start - 1 : span.start].isalnum() and not text[span.end : span.end + 1].isalnum(), span
    assert kind not in reasons(without(text, reason.spans))


def test_a_word_is_named_once_and_marked_wherever_it_stands() -> None:
    text = "Idiot, you idiot, what an IDIOT you are."
    reason = reasons(text)[Kind.ABUSE_MODEL]
    marked = [span.text for span in reason.spans if span.text.lower() == "idiot"]
    assert marked == ["Idiot", "idiot", "IDIOT"]


def test_a_score_that_holds_nothing_names_no_words() -> None:
    signals = models.check(Prepared.of(CheckInput("The council got this right, for once.")))
    assert all(not signal.spans for signal in signals)


def test_spam_beyond_doubt_and_reads_like_spam_are_one_reason() -> None:
    text = "Subscribe to my channel, check out my new song http://song.example/x and click the link to win a free iPhone"
    reading = CheckInput(text)
    verdict = judge(_by_the_model(reading), PolicyLimits())
    kinds = [reason.kind for reason in verdict.reasons]
    assert Kind.SPAM_BEYOND_DOUBT in kinds and Kind.SPAM_MODEL not in kinds
    assert len(kinds) == len(set(kinds))
    beyond = next(reason for reason in verdict.reasons if reason.kind is Kind.SPAM_BEYOND_DOUBT)
    rest = replace(reading, text=without(text, beyond.spans))
    assert beyond.spans
    assert Kind.SPAM_BEYOND_DOUBT not in [reason.kind for reason in judge(_by_the_model(rest), PolicyLimits()).reasons]


def _by_the_model(reading: CheckInput) -> list[Signal]:
    """All signals but phrases: a phrase and the model would reject as two findings."""
    return [signal for signal in signals_of(reading) if signal.kind is not Kind.SPAM_PHRASES]
