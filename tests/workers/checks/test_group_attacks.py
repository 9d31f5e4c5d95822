"""Attacks on a group are held whatever the group and the words; what is denied, reported, about things or about one person is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from workers.checks import group_attacks, signals_of
from workers.checks.prepared import Prepared

GROUPS = st.sampled_from(
    ["Peruvians", "Welsh people", "deaf children", "Mormons", "gay couples", "the Dutch", "Dalits", "old women", "asylum seekers"]
)
HATEFUL = st.sampled_from(
    [
        "{} are vermin", "All {} are nothing but filthy parasites!", "Why are {} so stupid?", "honestly, I can't stand {}", "{} disgust me",
        "I am not a bigot but {} are lazy", "We should get rid of all {}", "{} must be driven out of our country.", "Deport all {} now",
        "{} should not be allowed to vote", "I hope {} rot in hell", "{} don't belong here.", "This country is not for {}.",
        "There is nothing more vile than {}", "The world would be better without {}", "{} will never be civilised", "Death to {}",
        "Who else thinks {} are disgusting?", "I met some {} yesterday. They are all thieves.", "Send {} back home!", "Filthy {}!",
        "It makes me sick that {} live here", "The backward character of {} is well known", "{} should not be born",
        "{} should be thrown to the wolves", "{} are drunken swine", "{} are a waste of taxpayer money", "{} clearly control our banks",
    ]
)  # fmt: skip
HARMLESS = st.sampled_from(
    [
        "{} are lovely people", "{} are not vermin", "I would never say that {} are vermin.", 'He shouted "{} are vermin" at us.',
        "The minister claimed that {} are criminals, which is a lie.", "Nobody should say that {} are lazy", "I don't hate {}.",
        "The vermin in the kitchen of the {} are back", "{} were killed in the attack on Tuesday", "We must not deport {}", "I love {}",
        "Some {} came to the meeting about the bridge.", "It is wrong to say that {} don't belong here", "Stop killing {}",
        "I hate how {} are treated here", "I hope {} get the vote soon", "{} should be allowed to vote", "Why are {} so underpaid?",
        "The plague killed many {} in 1665", "The dog of the {} next door is disgusting", "{} are sick of waiting for a bus",
    ]
)  # fmt: skip


def found(text: str) -> list[Signal]:
    return list(group_attacks.check(Prepared.of(CheckInput(text))))


@given(HATEFUL, GROUPS)
def test_an_attack_on_a_group_is_found_with_its_words(sentence: str, group: str) -> None:
    text = sentence.format(group)
    (signal,) = found(text)
    assert (signal.kind, signal.strong) == (Kind.ABUSE_HATE, False)
    assert all(text[span.start : span.end] == span.text for span in signal.spans)
    named = text
    for span in reversed(signal.spans):
        named = named[: span.start] + named[span.end :]
    assert not found(named), "the named words make the reason"


@given(HARMLESS, GROUPS)
def test_a_harmless_sentence_with_the_same_words_is_not(sentence: str, group: str) -> None:
    assert not found(sentence.format(group))


@pytest.mark.parametrize(
    "text",
    [
        "All bankers are vermin.",
        "My neighbour is a disgusting man.",
        "You are a Somali? How wonderful.",
        "A German restaurant with filthy tables",
        "These potatoes are disgusting.",
        "Women are more likely to be killed at home.",
    ],
)
def test_other_people_and_things_are_no_group(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize("worse", [
    "The world would be worse without {} like you.", "Ohne {} wie dich wäre die Welt eine schlechtere.", "Ohne {} geht hier nichts.",
    "El mundo estaría peor sin {} como tú.", "De wereld zou slechter af zijn zonder {} zoals jij.", "Sans {}, ce pays ne serait rien.",
])  # fmt: skip
@pytest.mark.parametrize("group", ["Muslims", "Juden", "gitanos", "vrouwen", "musulmans"])
def test_a_group_that_the_world_needs_is_not_attacked(worse: str, group: str) -> None:
    assert not found(worse.format(group))


#: Praise by what would be lacking, and sentences with the same words that are none.
MISSED = st.sampled_from(
    [
        "The world would be poorer without {} like you", "Our town would be a duller place without {}.", "Where would we be without {}?",
        "Without {} this country would be so much poorer", "Life would be sad without {} like him", "What would we do without {}!",
        "A city without {} would be a bleak place", "I can't imagine this street without {} like you", "We would be lost without {}",
        "This place would be worse off without {}", "The planet would be worse without all {}",
    ]
)  # fmt: skip
NOT_MISSED = st.sampled_from(
    [
        "The prisons would be emptier without {}", "The world would be less poor without {}", "I dream of a world without {}",
        "The world would be anything but poorer without {}", "The world would not be poorer without {}", "Our town is nicer without {}",
        "The world would be poorer without {}, said the idiot", "Where would we be without {} killing our children?",
        "We would be poorer without {} but they are vermin", "Without {} the world would be a cleaner place",
    ]
)  # fmt: skip


@given(MISSED, GROUPS)
def test_a_sentence_that_misses_a_group_is_praise(sentence: str, group: str) -> None:
    text = sentence.format(group)
    assert not found(text)
    assert len(group_attacks.without_praise(text.lower()).split()) <= 2, "an article and a sign may be left"


@pytest.mark.parametrize("group", ["our Somali neighbours", "our Bolivian nurses", "our Welsh teachers", "Kenyan colleagues"])
def test_people_whom_one_knows_are_groups_too(group: str) -> None:
    assert not group_attacks.without_praise(f"we would be lost without {group}".lower()).strip()
    assert found(f"{group} are vermin")


@given(NOT_MISSED, GROUPS)
def test_words_of_loss_alone_are_no_praise(sentence: str, group: str) -> None:
    text = sentence.format(group).lower()
    assert group_attacks.without_praise(text) == text


@given(MISSED, GROUPS, st.text(max_size=60))
def test_only_the_praise_is_blanked(sentence: str, group: str, other: str) -> None:
    before = other.lower().replace("without", "") + "\n"
    rest = group_attacks.without_praise(before + sentence.format(group).lower())
    assert rest.startswith(before) and len(rest) == len(before + sentence.format(group))


def test_what_stands_before_the_praise_is_still_read() -> None:
    rest = group_attacks.without_praise("my uncle once gave them soup, and the world would be poorer without peruvians like you")
    assert rest.strip() == "my uncle once gave them soup, and the"


def test_an_attack_is_held_and_never_rejected() -> None:
    verdict = judge(signals_of(CheckInput("All Peruvians are vermin and must be exterminated.")), PolicyLimits())
    assert verdict.state is State.HELD
    (reason,) = [reason for reason in verdict.reasons if reason.kind is Kind.ABUSE_HATE]
    assert reason.rule == "attacks a group of people: 'peruvians', 'vermin'"


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    found(f"women {text} are vermin")
