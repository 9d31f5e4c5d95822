"""Profanity is found through disguises, innocent words are not flagged, and spans point into the posted text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import Author, CheckInput, Lists
from service.domain.policy.signals import Field, Kind
from workers.checks import profanity
from workers.checks.prepared import Prepared


def said(text, **more):
    return list(profanity.check(Prepared.of(CheckInput(text, **more))))


@pytest.mark.parametrize(
    ("posted", "read_as"),
    [
        ("you b4st@rd", "bastard"),
        ("oh s h i t", "shit"),
        ("youfuck", "fuck"),
        ('he said "fuck"', "fuck"),
        ("fuck's sake", "fuck"),
        ("what a fυск", "fuck"),
        ("shiiiiit", "shit"),
        ("ffuucckk off", "fuck"),
        ("f*ck this", "fuck"),
        ("you f**k", "fuck"),
        ("b******t", "bullshit"),
        ("f.u.c.k", "fuck"),
        ("fu ck off", "fuck"),
        ("f😡u😡c😡k", "fuck"),
        ("fukc off", "fuck"),
        ("YouBitchIdiot", "bitch"),
    ],
)
def test_a_disguised_word_is_read_as_what_it_means(posted, read_as):
    words = [span.read_as for signal in said(posted) for span in signal.spans]
    assert any(word.startswith(read_as) for word in words), words


@pytest.mark.parametrize(
    "innocent",
    [
        "The Scunthorpe and Penistone line reopens on Monday.",
        "Now the test is over, and it was hard on crime, an us against them.",
        "Dick Cheney was vice president.",
        "A class assignment: assess the passage on Massachusetts and Essex.",
        "He sniggered; niggardly budgets; shiitake mushrooms at Arsenal.",
        "as hit by the storm, the bus hit a wall, wash it all",
        "God help the gay and lesbian Jews and Muslims of this city, said a queer black woman.",
        "The F-16 and the C400 came in 2016, see p.116 and 10% off.",
        "U.S. agents met at A.I. labs; i.e. nothing. A * b * c.",
        "*hello* and **bold** and _this_ and a*b",
    ],
)
def test_innocent_words_stay_innocent(innocent):
    assert said(innocent) == []


def test_words_for_who_somebody_is_are_not_profanity():
    for word in ("gay", "lesbian", "queer", "transsexual", "black", "jew", "muslim", "trans", "bisexual", "asian"):
        assert said(f"I am a {word} person and proud of my {word} friends") == []


def test_a_site_may_allow_a_word():
    assert said("bastard", lists=Lists(allowed_words=("bastard",))) == []


def test_the_authors_name_is_read_too():
    (signal,) = said("hello", author=Author(name="fuckface"))
    assert signal.spans[0].field is Field.AUTHOR_NAME


def test_a_strong_word_is_strong_and_a_mild_one_is_not():
    strong, mild = said("damn this shit")
    assert (strong.kind, strong.strong) == (Kind.PROFANITY_STRONG, True)
    assert (mild.kind, mild.strong) == (Kind.PROFANITY_MILD, False)


@given(st.text(alphabet=st.sampled_from("fuckshitASS*@$1!. -_\u200b\u0301іс🅱&#;"), max_size=60))
def test_evidence_cuts_the_posted_text_where_it_says(posted):
    for signal in said(posted):
        for span in signal.spans:
            assert posted[span.start : span.end] == span.text != ""
