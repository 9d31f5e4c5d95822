"""Hate against people whom the sentence does not name."""

import pytest
from hypothesis import given, strategies

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Kind, Signal
from workers.checks import unnamed_people
from workers.checks.prepared import Prepared


def attacks_in(text: str) -> list[Signal]:
    return list(unnamed_people.check(Prepared.of(CheckInput(text))))


@pytest.mark.parametrize(
    "text",
    [
        "These people are not human and should be driven out",
        "These people aren't even human.",
        "They are worse than animals.",
        "They are not like us, they are less than animals.",
        "People like that should be put down like dogs.",
        "Those people should be rounded up and shot.",
        "Their kind should be driven out of this town.",
        "These people are not real citizens and never will be.",
        "Those animals do not deserve to live among us.",
        "They don't deserve to live in our country.",
        "We should get rid of every last one of them.",
        "Deport every single one of them.",
        "Kick them all out of our country.",
        "It would be better if they were all dead.",
        "I wish they would all drown on the way.",
        "I hope the next boat sinks with all of them on board.",
        "Hitler had the right idea about them.",
        "It's a shame Hitler didn't finish.",
        "Someone should finish what Hitler started.",
        "Bring back the gas chambers.",
    ],
)
def test_an_attack_is_found_without_the_name_of_a_group(text: str) -> None:
    (signal,) = attacks_in(text)
    assert (signal.kind, signal.strong) == (Kind.ABUSE_HATE, False)
    assert signal.spans[0].text in text


@pytest.mark.parametrize(
    "text",
    [
        "The accounts that praise the minister are not human, they are bots.",
        "They are not human, they are bots.",
        "They said that these people are not human, which disgusts me.",
        "They were called vermin by the regime, and driven from their homes.",
        "They are not human remains, the laboratory said, but those of a goat.",
        "These people are human beings and should be treated as such.",
        "These politicians should be driven out of office at the next election.",
        "These people should be removed from the waiting list because they have been treated already.",
        "These animals should be removed from the circus.",
        "Those animals do not deserve to live in such cages.",
        "They don't deserve to lose, they played well.",
        "We should get rid of every last one of these potholes.",
        "Get rid of every last one of them with vinegar, ants hate it.",
        "They were chased out of their country by the militia and now live next door to us.",
        "Send them all back to the shop, they are too small.",
        "I hope they all get home safely tonight.",
        "It would be better if they were all painted the same green.",
        "I hope the boat goes down the river slowly.",
        "I hope the traditions never die out.",
        "Hitler was right-handed, as far as historians know.",
        "The teacher explained why so many believed that Hitler was right.",
        "We need the memorial at the concentration camp for the next generation.",
    ],
)
def test_calm_sentences_of_the_same_words_are_not(text: str) -> None:
    assert attacks_in(text) == []


@given(strategies.sampled_from(unnamed_people._attacks()).flatmap(lambda attack: strategies.tuples(
    strategies.just(attack[0]), strategies.from_regex(rf"\A(?:{attack[1].pattern})".replace(r"\s+", " "))
)))  # fmt: skip
def test_each_attack_has_one_of_its_words(found: tuple[frozenset[str], str]) -> None:
    """Else it would never be searched for."""
    words, text = found
    assert not words.isdisjoint(Prepared.of(CheckInput(text)).said.words)
