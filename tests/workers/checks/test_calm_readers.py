"""Newspaper readers who use advertisers' words, or have them as names, are never rejected without a person."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import Author, CheckInput, Lists
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind
from service.domain.states import State
from workers.checks import leads, names, signals_of
from workers.checks.prepared import Prepared
from workers.checks.text.word_lists import word_list
from workers.training.synthetic import calm_asking

#: 99 calm sentences with share, check, subscribe, visit, offer and channel. No model was trained on them.
SENTENCES = Path(__file__).with_name("calm_readers.txt").read_text(encoding="utf-8").splitlines()
MOST_HELD = 10
CALM = "Thank you, the timetable of the new tram was helpful."
#: Goods of one word, which may also be the name of a person.
WORDS = [word for word in word_list("goods") if word.isalpha()]
PEOPLE = ["Yeon", "Maria", "Al-Faisal", "Park", "Dench", "van der Berg", "Enric", "O'Brien", "Müller", "Ngozi"]


def state(text: str, **author: str) -> State:
    return judge(signals_of(CheckInput(text, author=Author(**author))), PolicyLimits()).state


def kinds(text: str = CALM, **more: object) -> set[Kind]:
    reading = CheckInput(text, **more)  # type: ignore[arg-type]
    return {signal.kind for check in (names, leads) for signal in check.check(Prepared.of(reading))}


def test_of_99_calm_sentences_none_is_rejected_and_at_most_10_are_held() -> None:
    states = Counter(state(sentence) for sentence in SENTENCES)
    assert len(SENTENCES) == 99
    assert (states[State.REJECTED], states[State.HELD] <= MOST_HELD) == (0, True), states


def test_no_model_was_taught_these_sentences() -> None:
    assert not set(SENTENCES) & {example.text for example in calm_asking(2000)}


def test_no_calm_sentence_is_rejected_whatever_its_author_is_called() -> None:
    for number, sentence in enumerate(SENTENCES):
        word, person = WORDS[number % len(WORDS)], PEOPLE[number % len(PEOPLE)]
        assert state(sentence, name=f"{word.capitalize()} {person}") is not State.REJECTED, (sentence, word)


@pytest.mark.parametrize("name", ["Seo Yeon", "Kim Seo", "Min-seo", "SEO YEON", "Judi Dench", "Bandar Al-Faisal", "Enric Casino"])
def test_a_reader_whose_name_is_also_an_advertisers_word_is_approved(name: str) -> None:
    assert state(CALM, name=name) is State.APPROVED


@given(st.sampled_from(WORDS), st.sampled_from(PEOPLE), st.booleans())
def test_one_word_of_advertisers_in_a_name_is_no_reason_to_hold(word: str, person: str, first: bool) -> None:
    name = f"{word.capitalize()} {person}" if first else f"{person} {word.capitalize()}"
    assert state(CALM, name=name) is State.APPROVED


@given(
    st.sampled_from([*WORDS, *word_list("shop_talk"), *word_list("goods"), *PEOPLE]),
    st.sampled_from([*WORDS, *word_list("shop_talk")]),
)
def test_no_name_alone_rejects_a_calm_comment(one: str, other: str) -> None:
    for name in (f"{one} {other}", f"{one} {other} {other} {one}", f"{one}.com {other}"):
        assert state(CALM, name=name) is not State.REJECTED, name


@pytest.mark.parametrize(
    ("name", "text", "url"),
    [
        ("Judi Casino", CALM, ""),
        ("casino", CALM, "https://best-odds.example"),
        ("Casino", "Thank you. https://odds.example", ""),
        ("car insurance", CALM, ""),
        ("best cheap hotel deals", CALM, ""),
        ("Tom", CALM, "https://cheap-viagra.example"),
    ],
)
def test_a_name_advertises_with_two_words_or_with_something_to_follow(name: str, text: str, url: str) -> None:
    assert Kind.SPAM_NAME in kinds(text, author=Author(name=name, url=url))
    assert state(text, name=name, url=url) is State.HELD


def test_a_long_name_is_looked_at_and_is_no_advertisement() -> None:
    name = "Pablo Diego José Francisco de Paula Juan Nepomuceno Cipriano Ruiz"
    (found,) = names.check(Prepared.of(CheckInput(CALM, author=Author(name=name))))
    assert (found.kind, found.strong) == (Kind.SPAM_NAME, False)


@pytest.mark.parametrize(
    "text",
    [
        "Ask my man @crypto_tom about it",
        "telegram: cheapfollowers",
        "Instagram @ buy.likes.now",
        "He got my money back, +1 555 010 0199",
        "Write to 0155 501 00199 today",
        "Text WIN to 87121",
        "call 87121 now",
    ],
)
def test_handles_and_numbers_can_be_followed(text: str) -> None:
    assert Kind.SPAM_LEAD in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "@Maria I agree with you",
        "It cost 5 000 000 euros from 2016-2017, or 1.200.300 in all",
        "On 12.03.2024 and on 2024-03-12 we met at 10:30",
        "The law of 1984/1985 was better",
        "I called in 1999, and nobody came",
        "We went from 2019 to 2024",
        CALM,
    ],
)
def test_replies_dates_and_amounts_cannot_be_followed(text: str) -> None:
    assert Kind.SPAM_LEAD not in kinds(text)


def test_a_website_can_be_followed_where_it_is_not_the_sites_own() -> None:
    assert Kind.SPAM_LEAD in kinds(author=Author(name="Tom", url="https://tom.example"))
    own = Lists(own_domains=("news.example",))
    assert Kind.SPAM_LEAD not in kinds(author=Author(name="Tom", url="https://news.example/tom"), lists=own)
