"""Words and their pieces: split as BERT splits them, with their places in the text."""

import pytest

from workers.checks.deep.wordpiece import WordPiece

WORDS = WordPiece.of(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##like", "##ly", "like", "link", "user", "clown", "face", "!", "'", "s", "a"]
)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("unlikely", ["un", "##like", "##ly"]),
        ("like  like!", ["like", "like", "!"]),
        ("a's", ["a", "'", "s"]),
        ("xyz", ["[UNK]"]),
        ("like" * 30, ["[UNK]"]),
        ("https://example.org/like a", ["link", "a"]),
        ("@somebody like", ["user", "like"]),
        ("like\U0001f921!", ["like", "clown", "face", "!"]),
        ("", []),
    ],
)
def test_a_text_is_split_into_the_longest_pieces(text: str, pieces: list[str]) -> None:
    names = list(WORDS.numbers)
    assert [names[piece] for word in WORDS.words(text) for piece in word.pieces] == pieces


def test_each_word_knows_its_place_in_the_text() -> None:
    text = "unlikely, https://example.org \U0001f921s"
    places = [text[word.start : word.end] for word in WORDS.words(text)]
    assert places == ["unlikely", ",", "https://example.org", "\U0001f921", "s"]
