"""The fast byte-wise functions agree with regular expressions, character by character."""

import re
from random import Random

from service.domain.text import language
from workers.checks import privacy
from workers.checks.model import ngrams
from workers.checks.text import characters, disguises, find_links, readings

ALPHABET = "ab cd's''-_.*1290\n\t\x1c\x7fZé§ß中"


def texts():
    chance = Random(11)
    yield from ("", "s h i t", "s  h\n-i", "don't 'quote' it's's x'1", "f.u.c.k")
    for size in range(3000):
        letters = ALPHABET if size % 3 else ALPHABET[:-4]
        yield "".join(chance.choice(letters) for _ in range(size % 31))


def test_words_are_those_of_the_patterns():
    for text in map(str.lower, texts()):
        assert ngrams._split(text) == ngrams._WORDS.findall(text), text
        assert language.words_of(text) == language._WORD.findall(text), text


def test_no_letters_with_gaps_are_overlooked():
    found = 0
    for text in texts():
        gapped = bool(disguises._GAPPED.search(text))
        assert characters.has_lone_letters(text) or not gapped, text
        found += gapped
    assert found > 100
    assert not characters.has_lone_letters("a calm word, and I say no more than a few")


def test_chunks_with_a_pattern_are_those_between_blanks():
    for text in texts():
        expected = [found.span() for found in re.finditer(r"\S*[^\s\x00-\x7f]\S*", text)]
        assert list(characters.chunks_with(readings._ODD, text)) == expected, text


def test_odd_words_are_found_at_each_of_their_places():
    for text in texts():
        odd = {word for word in text.split() if not word.isalpha()}
        expected, place = [], 0
        for word in text.split():
            place = text.index(word, place)
            expected += [(place + each.start, place + each.end) for each in disguises._chunk(word) if word in odd]
            place += len(word)
        assert [(each.start, each.end) for each in disguises._chunks(text, odd)] == expected, text
        assert [(each.start, each.end) for each in disguises._few_chunks(text, odd)] == expected, text


def test_digits_are_counted_in_any_script():
    for text in texts():
        assert characters.count(text, characters.DIGITS) == sum(char in "0123456789" for char in text)


def test_few_odd_words_are_found_where_a_walk_through_all_words_finds_them():
    seen = 0
    for text in (*texts(), "f*ck f*cks f*ck", "(a (a) a\x1cb-c b-c-b b-c"):
        odd = {token for token in text.split() if disguises._looks_odd(token)}
        walked = list(disguises._chunks(text, odd))
        assert list(disguises._few_chunks(text, odd)) == walked, text
        seen += len(walked)
    assert seen > 300


def test_no_stretched_letters_and_no_pairs_of_signs_are_overlooked():
    chance, stretched, signs = Random(14), 0, 0
    for _ in range(3000):
        text = "".join(
            chance.choice(("a", "b", "aa", "bb", "cc", "(", "/", " ", "é", "\ud800")) for _ in range(chance.randrange(12))
        )
        found = disguises._STRETCHED.search(text) is not None
        assert characters.has_stretches(text) or not found, text
        assert readings._has_signs(text) == (readings._SIGNS.search(text) is not None), text
        stretched, signs = stretched + found, signs + readings._has_signs(text)
    assert stretched > 200
    assert signs > 200
    assert not characters.has_stretches("a bookseller soon agreed, well, and off we went: 'Hello'")


def test_stretched_words_are_whole_words_between_blanks():
    for text in ("shiiit", "a shiiit,\x1caasss  b ffuucckk-shiiit", "so soo sooo"):
        found = [text[one.start : one.end] for one in disguises._stretched(text)]
        assert found == [token for token in text.split() if disguises._STRETCHED.search(token)]


def test_numbers_sought_where_they_can_begin_are_those_of_the_whole_text():
    chance, found = Random(12), 0
    for _ in range(3000):
        text = "".join(chance.choice(("+49 ", "(030)", "0170", "555-", "1234", " 12 elm road", ".", "x", " ")) for _ in range(7))
        for pattern in (privacy._PHONE, privacy._STREET):
            first = privacy._first(pattern, text)
            assert (first and first.span()) == ((whole := pattern.search(text)) and whole.span()), text
            found += bool(first)
    assert found > 300


def test_links_sought_in_words_with_a_hint_are_those_of_the_whole_text():
    chance, found = Random(13), 0
    parts = (
        "http://",
        "hxxps://",
        "www.",
        "a.com",
        "b-c.org/x",
        "@",
        "x.y",
        "..",
        "/",
        " ",
        "\n",
        "\x1c",
        "\u3000",
        "é",
        '"',
        "wort",
        "(",
        ")",
    )
    for _ in range(3000):
        text = "".join(chance.choice(parts) for _ in range(7))
        spans = [match.span() for match in find_links._LINK.finditer(text)]
        assert [match.span() for match in find_links._written_out(text)] == spans, text
        found += len(spans)
    assert found > 1000
