"""A threat is held for a person, and a story, a game or a warning is not taken for a threat."""

import re

import pytest
from hypothesis import given, settings, strategies

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from workers.checks import signals_of, threats
from workers.checks.prepared import Prepared


def threats_in(text: str) -> list[Signal]:
    return list(threats.check(Prepared.of(CheckInput(text))))


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


@pytest.mark.parametrize("will", ["I will", "I'll", "we are going to", "I'm gonna", "i swear i'll", "We would love to"])
@pytest.mark.parametrize(
    "harm", ["strangle you", "cut your throat", "smash all your teeth", "burn down your house", "stab you in the back"]
)
def test_harm_that_somebody_says_they_will_do_is_a_threat(will: str, harm: str) -> None:
    assert threats_in(f"Mind your words or {will} {harm}!")


@pytest.mark.parametrize("will", ["I will", "we're gonna", "somebody should", "someone must"])
@pytest.mark.parametrize("whom", ["his", "her", "their"])
def test_a_threat_against_somebody_else_is_one_where_no_figure_of_speech_is_meant(will: str, whom: str) -> None:
    assert threats_in(f"{will} find the house of the judge and slit {whom} throat.")
    assert threats_in(f"{will} bash {whom} head in, just wait")
    assert threats_in(f"{will} put a bullet in {whom} head")
    assert not threats_in(f"The police say that a man slit {whom} throat.")
    assert not threats_in(f"{will} clear {whom} throat before speaking, and keep {whom} head down")
    assert not threats_in(f"{will} put {whom} head in the bullet train")


@pytest.mark.parametrize(
    "text",
    [
        "someone ought to torch your home",
        "Somebody should shoot him.",
        "You all deserve to be hanged",
        "I hope your kids get hit by a truck",
        "I hope you get cancer",
        "I will come for you and your family",
        "please just off your self",
        "We know where your children sleep",
        "we will find you and make you pay",
        "you're a dead man",
        "Sleep with one eye open.",
        "Do us all a favour and jump off a cliff",
        "you should just end your life",
        "The world would be better off without you",
    ],
)
def test_a_wish_for_somebodys_death_is_a_threat(text: str) -> None:
    assert threats_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "The storm killed three people.",
        "This heat will kill your tomatoes.",
        "The suspect said he would kill his dog.",
        "I will beat you at chess",
        "I will kill you in the quiz tonight",
        "You will break your legs on that staircase",
        "Nobody should tell you to kill yourself",
        "Don't kill yourself over this",
        "They told me to go kill yourself is no joke to them",
        "I would hate to break your heart",
        "I'll cut you a slice of cake",
        "I'm coming for you at eight, be ready",
        "You should be ashamed",
        "You must die laughing at this show",
        "People should cut your taxes, not your pension",
        "We should end your subscription, then",
    ],
)
def test_a_story_a_game_or_a_warning_is_no_threat(text: str) -> None:
    assert not threats_in(text)


@settings(max_examples=1_000, deadline=None)
@given(strategies.sampled_from(threats._THREATS).flatmap(lambda pattern: strategies.from_regex(rf"\A{pattern}")))
def test_every_threat_begins_with_a_word_that_is_looked_for_first(threat: str) -> None:
    assert re.match(rf"(?:{threats._FIRST})\b", threat)
