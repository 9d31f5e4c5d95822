"""Folding reads disguises as a person would, and always maps back to the posted text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.checks.text import normalize
from workers.checks.text.normalize import fold

READ_AS = {
    "f\u200bu\u200bc\u200bk": "fuck",
    "ƒüçk": "fuck",
    "fμ¢κ": "fuck",
    "🅵🆄🅲🅺": "fuck",
    "🇫\u200b🇺\u200b🇨\u200b🇰": "fuck",
    "ⓕⓤⓒⓚ": "fuck",
    "𝓯𝓾𝓬𝓴": "fuck",
    "ｆｕｃｋ": "fuck",
    "Ьітсһ": "bitch",
    "s̵̼̲̀̒h̸͖̥̋̃̍͑i̷͚͒̃̓t̵̡̼͎͔̹̓̓̉̊̓̃": "shit",
    "a&#115;shole": "asshole",
    "w<b></b>ord<br>next &amp; last": "word\nnext & last",
    "fu&shy;ck": "fuck",
}


@pytest.mark.parametrize(("posted", "read_as"), READ_AS.items())
def test_disguises_are_read_as_what_they_mean(posted, read_as):
    assert fold(posted).text == read_as


def test_people_who_write_in_cyrillic_are_taken_at_their_word():
    assert fold("Привет, как дела? Что нового").text == "привет, как дела? что нового"


@given(st.text(max_size=300))
def test_folding_never_fails_and_is_the_same_each_time(posted):
    assert fold(posted) == fold(posted)


@given(st.text(alphabet=st.sampled_from("fuckABß&;#<>b/ 19\u200b\u0301іѕ𝐟Ａé…ﷺ½x"), max_size=80))
def test_every_folded_character_points_to_where_it_came_from(posted):
    folded = fold(posted)
    for at in range(len(folded.text)):
        span = folded.span(at, at + 1)
        assert posted[span.start : span.end] == span.text
        assert span.start < span.end <= len(posted)


@pytest.mark.parametrize("worst", ["<" * 10_000, "&" * 10_000, "<a" * 5_000, "&#1" * 3_333, "\u0301" * 10_000, "ﷺ" * 10_000])
def test_no_text_makes_folding_slow(worst):
    assert len(fold(worst).text) <= 18 * len(worst)


def one_by_one(posted):
    """Each folded character of a text, with its origin."""
    seen, place = [], 0
    for found in normalize._MARKUP.finditer(posted):
        seen += [(posted[at], at, at + 1) for at in range(place, found.start())]
        seen += [(char, *found.span()) for char in normalize._markup(found[0])]
        place = found.end()
    seen += [(posted[at], at, at + 1) for at in range(place, len(posted))]
    read = []
    for char, start, end in seen:
        letters = normalize._LATIN[ord(char)]
        if not letters and read and end == start + 1:
            read[-1] = (*read[-1][:2], end)
        read += [(letter, start, end) for letter in letters]
    return read


@given(st.text(alphabet=st.sampled_from("fuckABß&;#<>b/ 19\u200b\u0301іѕ𝐟Ａé…ﷺ½x"), max_size=80))
def test_what_is_read_by_stretches_is_what_is_read_one_by_one(posted):
    mapped = normalize._mapped(posted, normalize._LATIN)
    assert list(zip(mapped.text, mapped.starts, mapped.ends, strict=True)) == one_by_one(posted)
