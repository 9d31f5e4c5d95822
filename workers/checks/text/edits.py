"""Words with one letter too many, too few, or of the neighbouring key, and the coarse word that is meant.

Only words that nothing else is near to are read so: what is a word or name of its own (`near_words`) is never one of them.
"""

from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase

from workers.checks.text.word_lists import word_list

#: Shorter words are near to too many others: of them only one letter more is read, and of the shortest nothing.
FEWEST, SURELY = 4, 6
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@cache
def misspelled() -> dict[str, str]:
    """Each misspelling, with the word that is meant."""
    known = frozenset((*word_list("near_words"), *word_list("disguised_not"), *word_list("english")))
    return {spelling: word for word in word_list("one_edit") for spelling in edits(word) if spelling not in known}


def edits(word: str) -> Iterator[str]:
    """The spellings of a word that are one edit away. The first and the last letter stay."""
    inner = range(1, len(word))
    yield from (word[:at] + letter + word[at:] for at in inner for letter in ascii_lowercase if len(word) >= FEWEST)
    if len(word) >= SURELY:
        yield from (word[:at] + word[at + 1 :] for at in inner[:-1])
        yield from (word[:at] + letter + word[at + 1 :] for at in inner[:-1] for letter in _near(word[at]))
        yield from (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in inner[:-1])


def _near(letter: str) -> str:
    """The letters beside and between this letter and the next row of the keyboard."""
    for number, row in enumerate(_ROWS):
        if (at := row.find(letter)) >= 0:
            rows = (_ROWS[other] for other in (number - 1, number + 1) if 0 <= other < len(_ROWS))
            return row[max(0, at - 1) : at] + row[at + 1 : at + 2] + "".join(each[at : at + 1] for each in rows)
    return ""
