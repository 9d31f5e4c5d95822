"""More readings of a folded text: alphabets that only look like Latin, words in letters of other scripts, upside-down letters, signs of
several letters, words that are broken over two lines, and one wrong letter. Each is tried only where a fast first test finds a trace.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice

from service.domain.text.comparable import comparable
from service.domain.text.language import MOSTLY
from service.domain.text.scripts import script_of
from workers.checks.text.characters import apart, chunks_with, table
from workers.checks.text.disguises import LONGEST, Disguise, places
from workers.checks.text.edits import misspelled
from workers.checks.text.normalize import Folded, fold
from workers.checks.text.sign_letters import spelled_by_letters, spelled_by_signs
from workers.checks.text.word_lists import word_list

#: At most this many odd words of a text are read, so that no text is slow.
MOST_READ = 300
_HYPHEN_AT_END = re.compile(r"-\s*\n")
_BROKEN = re.compile(r"([^\W\d_]{1,14})[-\u00ad]\s*\n\s*([^\W\d_]{1,14})(?![^\W\d_])")
_EDGE = ".,;:?!\"'()[]{}<>~*_-"
#: What a letter looks like upside down. Folding has already read some of them as another letter.
_UPSIDE_DOWN = str.maketrans("ɐqɔpǝɟƃɓɥᴉıɾʞlʃɯuodbɹsʇnʌvʍʎ", "abcdefggh" + "iijkllm" + "nopqrstuvvwy")
_TURNED = frozenset("ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ")
_ODD = re.compile(r"[^\s\x00-\x7f]")
_SIGNS = re.compile(r"[|\\/()\[\]{}<>_^+#-]{2}")
#: A table for `bytes.translate`: every match of _SIGNS becomes "##".
_AS_SIGNS = table(rb"|\/()[]{}<>_^+#-", b" ", as_one=b"#")


def more_readings(folded: Folded, tokens: Collection[str]) -> Iterator[Disguise]:
    """The further readings of a folded text, which splits into these tokens."""
    text = folded.text
    yield from _one_letter_wrong(text)
    if "\n" in text and _HYPHEN_AT_END.search(text):
        for broken in _BROKEN.finditer(text):
            yield Disguise(broken.start(), broken.end(), (broken[1] + broken[2],))
    if not folded.original.isascii():
        yield from islice(_in_other_letters(folded, tokens), MOST_READ)
    if not text.isascii():
        yield from islice(_lookalikes_in(folded), MOST_READ)
    if _has_signs(text):
        yield from _by_signs(text)


def _one_letter_wrong(text: str) -> Iterator[Disguise]:
    words = apart(text) if text.isascii() else text.split()
    for word in sorted(misspelled().keys() & words):
        yield from _at_each_place(text, word, misspelled()[word])


def _at_each_place(text: str, token: str, word: str) -> Iterator[Disguise]:
    """The places where the token stands between characters that are no letters."""
    at = text.find(token)
    while at >= 0:
        end = at + len(token)
        if not (at and text[at - 1].isalpha()) and not (end < len(text) and text[end].isalpha()):
            yield Disguise(at, end, (word,))
        at = text.find(token, end)


def _in_other_letters(folded: Folded, tokens: Collection[str]) -> Iterator[Disguise]:
    """Coarse words as they sound, in letters of another script, inside a text of Latin letters."""
    found = _other_letters().keys() & {token.strip(_EDGE) for token in tokens}
    # In a text of its own script the spelling is a word of that language: Arabic "ديك" is a rooster, Korean "비치" a beach.
    if found and (script := script_of(folded.original)) and script.share >= MOSTLY:
        return
    for token in sorted(found):
        spelling, word = _other_letters()[token]
        for place in _at_each_place(folded.text, token, word):
            start, end = folded.whence(place.start, place.end)
            if comparable(folded.original[start:end]) == spelling:
                yield place


def _lookalikes_in(folded: Folded) -> Iterator[Disguise]:
    """Tokens with letters that look like Latin ones, or stand upside down."""
    for first, end in chunks_with(_ODD, folded.text):
        token = folded.text[first:end].strip(_EDGE)
        if not 2 < len(token) <= LONGEST:
            continue
        start = folded.text.index(token, first)
        words = _upside_down(token)
        if read := _lookalike(token):
            written = [folded.original[slice(*folded.whence(at, at + 1))] for at in range(start, start + len(token))]
            options = [
                {plain, char, *_lookalikes().get(sign.lower(), "")}
                for plain, char, sign in zip(read, token, written, strict=True)
            ]
            words += (read, *filter(None, (spelled_by_letters(options),)))
        if words:
            yield Disguise(start, start + len(token), words)


def _upside_down(token: str) -> tuple[str, ...]:
    if sum(char in _TURNED for char in token) < 2:
        return ()
    turned = token.translate(_UPSIDE_DOWN)
    return turned, turned[::-1]


def _lookalike(token: str) -> str:
    """The Latin word that a token looks like, if its letters come from several scripts, or from one that only imitates."""
    read = "".join(_lookalikes().get(char, char)[0] for char in token)
    if not read.isascii() or not read.isalpha():
        return ""
    return read if len({_script(char) for char in token}) > 1 or len(read) > 3 else ""


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _has_signs(text: str) -> bool:
    """The same as `_SIGNS.search`, but faster."""
    return b"##" in text.encode(errors="replace").translate(_AS_SIGNS)


def _by_signs(text: str) -> Iterator[Disguise]:
    odd = {text[start:end] for start, end in chunks_with(_SIGNS, text) if end - start <= LONGEST}
    for token in sorted(odd)[:MOST_READ]:
        if word := spelled_by_signs(token):
            for place in places(text, token):
                yield Disguise(place, place + len(token), (word,))


@cache
def _lookalikes() -> dict[str, str]:
    """The letters that each character looks like."""
    found: dict[str, str] = {}
    for letter, _, chars in (line.partition("=") for line in word_list("lookalikes")):
        for form in {form for char in chars for form in (char, char.lower())}:
            found[form] = found.get(form, "") + letter
    return found


@cache
def _other_letters() -> dict[str, tuple[str, str]]:
    """Words in letters of other scripts: as folding leaves them in a text of Latin letters, how they are written, and what they
    mean."""
    pairs = (line.partition("=") for line in word_list("in_other_letters"))
    return {
        fold(f"latin letters stand before {spelling}").text.split()[-1]: (comparable(spelling), word)
        for spelling, _, word in pairs
    }
