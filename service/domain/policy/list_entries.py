"""The entries of a site's lists: which can match at all, and how they are stored."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.domain.text.comparable import comparable
from service.domain.text.domains import parsed_domain
from service.domain.text.wildcards import LONGEST_WORD, parts_of

#: The largest list, and the longest entry in characters.
MOST, LONGEST = 65_536, 200
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>|<!---->|&(?:#\w{1,7}|[a-zA-Z]\w{1,31});")


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that cannot be an entry: its number, counted from 1, its text and the reason."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedLines:
    """The entries of a list in their order, each once, and the lines that cannot be entries."""

    entries: tuple[str, ...]
    refused: tuple[RefusedLine, ...] = ()


def parsed_lines(name: str, lines: Iterable[str]) -> ParsedLines:
    """The entries of the list `name`. Empty lines count for nothing; of two entries with the same meaning the first is kept."""
    parsed: Callable[[str], str] = parsed_domain if name == "blocked_domains" else parsed_words
    entries: dict[str, str] = {}
    refused: list[RefusedLine] = []
    for number, line in enumerate(lines, 1):
        typed = " ".join(line.split())
        if not typed:
            continue
        try:
            entries.setdefault(parsed(typed), typed.lower())
        except ValueError as error:
            refused.append(RefusedLine(number, typed[:LONGEST], str(error)))
    return ParsedLines(tuple(entries.values()), tuple(refused))


def parsed_words(entry: str) -> str:
    """The comparable form of a word or phrase. Raises ValueError with the reason if it could match nothing, or everything."""
    if len(entry) > LONGEST:
        raise ValueError(f"expected entries of at most {LONGEST} characters")
    if _MARKUP.search(entry):
        raise ValueError("comments are read without their tags: write the words as a reader sees them")
    form = comparable(entry)
    if not form:
        raise ValueError("it has nothing that a reader sees")
    if "*" in form:
        _refuse_useless_glob(form)
    return form


def _refuse_useless_glob(form: str) -> None:
    parts = parts_of(form)
    if not any(part.replace("*", "") for part in parts):
        raise ValueError(f"{form!r} would match everything")
    if any(len(part.replace("*", "")) > LONGEST_WORD for part in parts):
        raise ValueError(f"no word is longer than {LONGEST_WORD} letters")
