"""A site's own words are found in every script, through blanks, lines and disguises, and nothing else is."""

import re
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.domain.policy.check_input import Author, CheckInput, Lists
from service.domain.policy.list_entries import parsed_lines
from service.domain.policy.signals import Field
from service.domain.text.comparable import comparable, is_unspaced
from workers.checks import profanity, site_lists
from workers.checks.prepared import Prepared

#: Letters of twenty scripts, as `start-end` in code points; only assigned letters count.
SCRIPTS = {
    "latin": "az", "latin with accents": "àö", "cyrillic": "ая", "greek": "αω", "armenian": "աֆ", "georgian": "აჰ", "hebrew": "את",
    "arabic": "ءي", "devanagari": "अह", "bengali": "অহ", "gurmukhi": "ਅਹ", "gujarati": "અહ", "tamil": "அஹ", "telugu": "అహ",
    "kannada": "ಅಹ", "malayalam": "അഹ", "sinhala": "අෆ", "thai": "กฮ", "lao": "ກຮ", "khmer": "កអ", "ethiopic": "ሀፐ", "hangul": "가힣",
    "hiragana": "ぁん", "katakana": "ァン", "chinese": "一龥",
}  # fmt: skip


def finds(text: str, *listed: str, author: str = "") -> list[str]:
    prepared = Prepared.of(CheckInput(text, author=Author(author), lists=Lists(blocked_words=listed)))
    return [span.text for signal in site_lists.check(prepared) for span in signal.spans]


def letters(script: str) -> st.SearchStrategy[str]:
    first, last = SCRIPTS[script]
    alphabet = [chr(code) for code in range(ord(first), ord(last) + 1) if unicodedata.category(chr(code)) in ("Ll", "Lo")]
    return st.text(alphabet=st.sampled_from(alphabet), min_size=3, max_size=8)


@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_word_of_any_script_is_found_in_a_sentence_with_it_and_in_no_other(script: str, data: st.DataObject) -> None:
    word = data.draw(letters(script))
    others = data.draw(st.lists(letters(script), min_size=1, max_size=6))
    assume(
        not any(
            comparable(word) in comparable("".join(others[:at])) or comparable(word) in comparable(other)
            for at, other in enumerate(others)
        )
    )
    blank = "" if is_unspaced(word[0]) and script != "hangul" else " "
    at = data.draw(st.integers(0, len(others)))
    sentence = blank.join([*others[:at], word, *others[at:]])
    assert word in finds(f"{sentence}.", word) or comparable(sentence).count(comparable(word)) > 1
    without = ". ".join(others)
    assume(comparable(word) not in comparable(without))
    assert finds(without, word) == []


@pytest.mark.parametrize(
    ("listed", "text", "found"),
    [
        ("straße", "in der STRASSE hier", ["STRASSE"]),
        ("STRASSE", "die Straße ist gesperrt", ["Straße"]),
        ("ωμέγας", "ΤΟ ΩΜΕΓΑΣ ΕΙΝΑΙ", ["ΩΜΕΓΑΣ"]),
        ("ספר", "קראתי סֵפֶר טוב", ["סֵפֶר"]),
        ("كتاب", "هذا كِتَاب جيد", ["كِتَاب"]),
        ("caffè", "un caffe\u0300 lungo", ["caffe\u0300"]),
        ("зеленый", "зелёный чай", ["зелёный"]),
        ("ИГРА", "эта игра окончена", ["игра"]),
        ("ıspanak", "ISPANAK aldım", ["ISPANAK"]),
        ("两个字", "这里有两 个\n字在", ["两 个\n字"]),
        ("カード", "無料ｶｰﾄﾞの", ["ｶｰﾄﾞ"]),
        ("คาสิโน", "เล่นคาสิโนออนไลน์", ["คาสิโน"]),
        ("대출", "무직자대출상담", ["대출"]),
        ("spam", "这是spam吗", ["spam"]),
        ("easy cash", "for easy \n\t cash now", ["easy \n\t cash"]),
        ("easy cash", "for easy\u00a0cash now", ["easy\u00a0cash"]),
        ("карта", "карт&#1072;", ["карт&#1072;"]),
        ("bonus", "a b0nus for you", ["b0nus"]),
        ("bonus", "a bοnus for you", ["bοnus"]),
        ("$$$", "make $$$ now", ["$$$"]),
        ("24/7", "open 24/7 here", ["24/7"]),
        ("*.xyz", "see foo.xyz there", ["foo.xyz"]),
        ("e-mail*", "no e-mails please", ["e-mails"]),
        ("कर*", "करना है", ["करना"]),
        ("*彩*", "网上博彩公司", ["彩"]),
    ],
)
def test_spelling_of_the_same_word_makes_no_difference(listed: str, text: str, found: list[str]) -> None:
    assert finds(text, listed) == found


@pytest.mark.parametrize(
    ("listed", "text"),
    [
        ("schwul", "es ist schwül heute"),
        ("schon", "wie schön"),
        ("कर", "करि आया"),
        ("ass", "assess the class"),
        ("игра", "играть"),
        ("24", "in 2024"),
        ("각", "생각 없이"),
        ("free money", "freemoney"),
    ],
)
def test_another_word_is_not_found(listed: str, text: str) -> None:
    assert finds(text, listed) == []


def test_the_authors_name_is_searched_too() -> None:
    prepared = Prepared.of(CheckInput("Hello.", author=Author("Казино Вулкан"), lists=Lists(held_words=("казино",))))
    (signal,) = site_lists.check(prepared)
    assert [(span.field, span.text) for span in signal.spans] == [(Field.AUTHOR_NAME, "Казино")]


@settings(deadline=None)
@given(st.text(max_size=24))
def test_each_entry_that_is_taken_finds_itself(entry: str) -> None:
    (*entries,) = parsed_lines("blocked_words", [entry]).entries
    for taken in entries:
        assert finds(entry, taken) or "*" in taken, (entry, taken)


@pytest.mark.parametrize("entry", ["*", "* *", "\u200b", "**", "<b>", "a&amp;b", "***.", "*" + "x" * 81, "y" * 201])
def test_an_entry_that_can_never_match_is_refused_with_the_reason(entry: str) -> None:
    parsed = parsed_lines("held_words", ["fine", entry])
    assert parsed.entries == ("fine",)
    assert [(line.number, bool(line.reason)) for line in parsed.refused] == [(2, True)]


@pytest.mark.parametrize("allowed", ["Cockburn Shitzville", "shitzville", "*ville"])
def test_an_allowed_word_or_phrase_allows_what_stands_inside_it(allowed: str) -> None:
    reading = CheckInput("We live in Cockburn Shitzville.", lists=Lists(allowed_words=(allowed,)))
    assert list(profanity.check(Prepared.of(reading))) == []
    assert list(profanity.check(Prepared.of(CheckInput(reading.text + " Shit!", lists=reading.lists))))


def test_an_allowed_phrase_is_stronger_than_a_blocked_word_inside_it() -> None:
    lists = Lists(blocked_words=("casino",), allowed_words=("casino theatre",))
    for text, found in (("at the Casino Theatre", []), ("at the casino, not the theatre", ["casino"])):
        signals = site_lists.check(Prepared.of(CheckInput(text, lists=lists)))
        assert [span.text for signal in signals for span in signal.spans] == found


def test_a_list_of_65_000_lines_gives_what_a_short_one_gives() -> None:
    many = tuple(f"{prefix}{number:x}q" for number in range(32_500) for prefix in ("zx", "кт")) + ("roulette", "рулетка")
    assert finds("play Roulette, рулетка, zx1fq", *many) == ["Roulette", "рулетка", "zx1fq"]
    assert not re.search("zx", "".join(finds("nothing of that stands here", *many)))
