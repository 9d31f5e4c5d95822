"""What the models read: pieces of words, words, pairs of words and the shape of a comment, as one set of strings."""

import re
from functools import cache, lru_cache
from itertools import pairwise

from service.domain.reading import Reading
from workers.checks.addresses import Link
from workers.checks.folding import Folded
from workers.checks.listed import listed
from workers.checks.matching import Entry, Matcher, Where

#: Beginning and end of a long text are read; what is left out cannot make a comment slow.
HEAD, TAIL = 1_000, 200
#: Pieces have so many characters. They stop at the edge of a word: one across two words is an accident of both ("harbour was"
#: has a piece of "your website"), and pairs of words say the rest.
PIECE = 4
#: Words whose pieces are remembered, some 4 MB.
KNOWN = 8_000
#: Addresses whose words and pieces are read, and characters of each.
ADDRESSES, ADDRESS = 8, 80
#: No text has more features: a word of n letters gives n - 1 pieces, itself and a pair; and its addresses and shape.
MOST = HEAD + TAIL + 100 + ADDRESSES * (ADDRESS + 20)
_ADDRESS = re.compile(r"(?:h[tx]{2}ps?:?//|www\.)\S+")
_WORDS = re.compile(r"[^\W_]+(?:'[a-z]+)?")
_NUMBER = re.compile(r"[0-9]+")


def pieces(folded: Folded) -> set[str]:
    """Pieces of words, words, pairs of words: what both models read. Addresses and numbers are blanked."""
    text = _shortened(folded.text)
    if "//" in text or "www." in text:
        text = _ADDRESS.sub(" § ", text)
    for hit in _innocent().find(text):
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    text = _NUMBER.sub("0", text)
    words = _WORDS.findall(text)
    found = {"_" + word for word in words}
    found.update(map(" ".join, pairwise(words)))
    found.update(*map(_of_word, set(text.split())))
    return found


def shape(reading: Reading, folded: Folded, links: tuple[Link, ...]) -> set[str]:
    """How a comment looks from afar: its length, its links and where they lead, capitals, digits; its website in words."""
    text = reading.text[:HEAD]
    letters = sum(map(str.isalpha, text)) + 1
    capitals = sum(map(str.isupper, text))
    found = {
        f"#length {len(reading.text).bit_length()}",
        f"#links {min(len(links), 4)}",
        f"#capitals {4 * capitals // letters}",
        f"#exclamations {min(text.count('!'), 4)}",
        f"#numbers {min(len(_NUMBER.findall(folded.text[:HEAD])), 5)}",
        f"#lines {min(text.count(chr(10)), 3)}",
        f"#foreign {min(len(text.encode(errors='replace')) - len(text), 8) // 2}",
    }
    for link in links[:8]:
        found.update((f"#host {link.host}", f"#ending {link.host.rpartition('.')[2]}"))
        if link.marked_up or link.hidden:
            found.add("#dressed up")
    found |= _of_addresses(folded)
    if reading.author.url:
        found.add("#website")
        found.update([f"#site {word}" for word in _WORDS.findall(reading.author.url.lower()[:120])])
    return found


def _of_addresses(folded: Folded) -> set[str]:
    """The words and pieces of written-out addresses, apart from those of the text."""
    text = _shortened(folded.text)
    if "//" not in text and "www." not in text:
        return set()
    found: set[str] = set()
    for address in _ADDRESS.findall(text)[:ADDRESSES]:
        plain = _NUMBER.sub("0", address[:ADDRESS])
        found.update(["@" + word for word in _WORDS.findall(plain)[:12]])
        found.update(["@" + plain[at : at + PIECE] for at in range(len(plain) - PIECE + 1)])
    return found


@lru_cache(maxsize=KNOWN)
def _of_word(word: str) -> tuple[str, ...]:
    """The pieces of one word and its edges. Most words come again and again."""
    padded = f" {word} "
    return tuple([padded[at : at + PIECE] for at in range(len(padded) - PIECE + 1)])


@cache
def _innocent() -> Matcher:
    """Names and phrases that only sound bad (Dick Cheney, great tits): the models are not shown them."""
    return Matcher(Entry(phrase, phrase, 1, Where.WHOLE) for phrase in listed("innocent") if " " in phrase)


def _shortened(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
