"""A threat is held for a person, and a story about an event is not taken for a threat."""

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind
from service.domain.states import State
from workers.checks import signals_of


@pytest.mark.parametrize(
    "text",
    [
        "Go and kill yourself, nobody wants you here.",
        "I'll kill you if you write this again",
        "just KYS",
        "we know where you live, watch it",
    ],
)
def test_a_threat_is_held_with_its_words(text: str) -> None:
    signals = signals_of(CheckInput(text=text))
    (threat,) = (s for s in signals if s.kind is Kind.ABUSE_THREAT)
    assert judge(signals, PolicyLimits()).state is State.HELD
    assert all(text[span.start : span.end] == span.text for span in threat.spans)


@pytest.mark.parametrize(
    "text", ["The storm killed three people.", "This heat will kill your tomatoes.", "The suspect said he would kill his dog."]
)
def test_a_story_is_no_threat(text: str) -> None:
    assert Kind.ABUSE_THREAT not in {s.kind for s in signals_of(CheckInput(text=text))}
