"""What the models read: pieces of words, words, pairs of words and the shape of a comment, as one set of strings."""

import re
from functools import cache
from itertools import pairwise

from service.domain.reading import Reading
from workers.checks.addresses import Link
from workers.checks.folding import Folded
from workers.checks.listed import listed
from workers.checks.matching import Entry, Matcher, Where

#: Beginning and end of a long text are read; what is left out cannot make a comment slow.
HEAD, TAIL = 1_000, 200
#: No text has more features: a piece a character, a word and a pair of words every other one, and its shape.
MOST = 2 * (HEAD + TAIL) + 100
LENGTHS = (4,)
_ADDRESS = re.compile(r"(?:h[tx]{2}ps?:?//|www\.)\S+")
_WORDS = re.compile(r"[^\W_]+(?:'[a-z]+)?")
_NUMBER = re.compile(r"[0-9]+")


def pieces(folded: Folded) -> set[str]:
    """Pieces of 4 characters, words, pairs of words: what both models read. Addresses and numbers are blanked."""
    text = _shortened(folded.text)
    if "//" in text or "www." in text:
        text = _ADDRESS.sub(" § ", text)
    for hit in _innocent().find(text):
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    text = _NUMBER.sub("0", text)
    words = _WORDS.findall(text)
    flat = f" {' '.join(text.split())} "
    found = {"_" + word for word in words}
    found.update(map(" ".join, pairwise(words)))
    for length in LENGTHS:
        found.update([flat[at : at + length] for at in range(len(flat) - length + 1)])
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
    if reading.author.url:
        found.add("#website")
        found.update([f"#site {word}" for word in _WORDS.findall(reading.author.url.lower()[:120])])
    return found


@cache
def _innocent() -> Matcher:
    """Names and phrases that only sound bad (Dick Cheney, great tits): the models are not shown them."""
    return Matcher(Entry(phrase, phrase, 1, Where.WHOLE) for phrase in listed("innocent") if " " in phrase)


def _shortened(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
