"""Disguises of many kinds are seen through, innocent words in the same disguises are not touched, and places are exact."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.checks.profanity import finds
from workers.checks.text.normalize import fold

_UPSIDE_DOWN = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz")
DISGUISES = {
    "bulletin board tags": lambda word: f"{word[0]}[b]{word[1]}[/b]{word[2:]}",
    "shown from right to left": lambda word: f"\u202e{word[::-1]}\u202c",
    "escapes": lambda word: "".join(f"\\u{ord(letter):04x}" for letter in word),
    "percent": lambda word: "".join(f"%{ord(letter):02x}" for letter in word),
    "upside down": lambda word: word.translate(_UPSIDE_DOWN)[::-1],
    "broken over lines": lambda word: f"{word[:3]}-\n{word[3:]}",
    "blocks": lambda word: f"{word[:2]}{'█' * (len(word) - 3)}{word[-1]}",
    "Canadian letters": lambda word: word.translate(str.maketrans("abcdhlnpqrstu", "ᗩᗷᑕᗪᕼᒪᑎᑭᑫᖇᔕTᑌ")),
    "one letter more": lambda word: f"{word[:2]}x{word[2:]}",
    "signs": lambda word: word.translate(str.maketrans({"h": "|-|", "u": "|_|", "k": "|<", "w": "\\/\\/", "t": "+", "b": "|3"})),
}  # fmt: skip


@pytest.mark.parametrize("kind", DISGUISES)
@pytest.mark.parametrize("word", ["whore", "faggot", "cunts", "bullshit", "wanker"])
def test_a_disguised_word_is_found(kind: str, word: str) -> None:
    assert finds(fold(f"so much {DISGUISES[kind](word)} here")), DISGUISES[kind](word)


@pytest.mark.parametrize("kind", DISGUISES)
@pytest.mark.parametrize("word", ["kitchen", "wishes", "butter", "thinker", "custard", "county"])
def test_an_innocent_word_in_the_same_disguise_is_not_found(kind: str, word: str) -> None:
    assert [tier for tier, _, _ in finds(fold(f"so much {DISGUISES[kind](word)} here"))] == []


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "fuck",
                "[b]",
                "[/b]",
                "\u202e",
                "\u202c",
                "\\u0066",
                "%66%75",
                "shi-\nt",
                "ค๒ς",
                "🇦🇷",
                "&#102;",
                " ",
                "b|tch",
                "é",
                "ﬁ",
                "|-|",
            ]
        ),
        max_size=24,
    )
)
def test_the_folded_text_knows_where_each_character_came_from(pieces: list[str]) -> None:
    posted = "".join(pieces)
    folded = fold(posted)
    assert all(0 <= start < end <= len(posted) for start, end in (folded.whence(at, at + 1) for at in range(len(folded.text))))
    for _, _, span in finds(folded):
        assert posted[span.start : span.end] == span.text != ""


@settings(deadline=None)
@given(st.text("abcxyz ", max_size=30), st.sampled_from(sorted(DISGUISES)), st.text("abcxyz .", max_size=10))
def test_the_marked_place_is_the_disguised_word(before: str, kind: str, after: str) -> None:
    hidden = DISGUISES[kind]("wanker")
    found = [span for _, read_as, span in finds(fold(f"{before} {hidden} {after}")) if read_as.startswith("wank")]
    assert len(found) == 1
    marked = found[0].text
    assert re.sub(r"[\u202c\u202e]", "", hidden) in marked or marked in hidden or len(marked) <= len(hidden)


@pytest.mark.parametrize("word", ["كونت", "ديك", "फकिंग", "비치", "фак"])
def test_an_english_word_in_other_letters_counts_among_latin_ones_only(word: str) -> None:
    assert [find.span.text for find in finds(fold(f"you are such a {word} my friend"))] == [word]


@pytest.mark.parametrize(
    "calm",
    [
        "التي كونت الصدع الشرق أفريقي",
        "ديك جارنا يصيح كل صباح",
        "해운대 비치 근처 호텔",
        "תן לי שיט של נייר",
        "शिट वाला कागज़ कहाँ है",
    ],
)
def test_in_a_text_of_its_own_script_it_is_a_word_of_that_language(calm: str) -> None:
    assert finds(fold(calm)) == []
