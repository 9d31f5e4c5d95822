"""Features of spam as it is sent today: names in styled letters, names of betting sites, and websites of shops."""

import re
from functools import cache

from workers.checks.model.ngrams import HEAD
from workers.checks.prepared import Prepared
from workers.checks.styled_letters import spelled_names, styled_words
from workers.checks.text.find_links import host_of
from workers.checks.text.word_lists import word_list

#: A word of letters and digits, as betting sites call themselves: two letters and more, then two or three digits or "4d".
_NAME_WITH_NUMBER = re.compile(r"(?<![\w@/.#])[a-z0-9]*[a-z]{2}[a-z0-9]*(?:[0-9]{2,3}|[0-9]d)(?![\w/])")
#: A digit inside a word in place of a letter.
_DIGIT_AS_LETTER = re.compile(r"(?<![\w@/.])[a-z]+[0-9][a-z]{2}[a-z0-9]*(?![\w/])")
#: Every match of the two has this. The two are slow on texts without it.
_LETTER_AND_DIGIT = re.compile(r"[a-z][0-9]")
#: Words in the addresses of shops that sell nothing by themselves.
_FILLERS = (
    "best",
    "top",
    "get",
    "my",
    "the",
    "pro",
    "hub",
    "zone",
    "online",
    "now",
    "world",
    "group",
    "center",
    "centre",
    "today",
)
_FILLERS_TOO = (
    "smart",
    "easy",
    "fast",
    "quick",
    "super",
    "prime",
    "direct",
    "india",
    "usa",
    "uk",
    "plus",
    "max",
    "point",
    "guru",
    "near",
)
_LETTERS_AND_DIGITS = re.compile(r"[^a-z0-9]+")
_SHARE = 0.75


def sold(prepared: Prepared) -> set[str]:
    """What the text calls out in styled letters or with numbers, and whose websites the author and the links lead to."""
    reading, folded, links = prepared.reading, prepared.text, prepared.links
    found: set[str] = set()
    text = reading.text[:HEAD]
    if words := styled_words(text):
        found.add(f"#styled {min(len(words), 3)} of {min(text.count(' ') // len(words), 4)}")
    if spelled_names(text):
        found.add("#spelled name")
    if prepared.digits:
        found.update(_numbered_names(folded.text[:HEAD]))
    if url := reading.author.url:
        host = host_of(url)
        found.add("#site own" if carries(host, reading.author.name) else "#site other")
        if is_shop(host):
            found.add("#site shop")
    if any(is_shop(link.host) for link in links[:4]):
        found.add("#link shop")
    return found


def _numbered_names(text: str) -> set[str]:
    if not _LETTER_AND_DIGIT.search(text):
        return set()
    found = {"#name with number"} if _NAME_WITH_NUMBER.search(text) else set()
    return found | ({"#digit as letter"} if _DIGIT_AS_LETTER.search(text) else set())


def is_shop(host: str) -> bool:
    """Whether a host is made of words of shops: two of them, or one that fills the name together with words such as best or online."""
    name = _LETTERS_AND_DIGITS.sub("", host.rpartition(".")[0])
    parts = list(_shop_words().finditer(name))
    sells = any(part.lastgroup == "sells" for part in parts)
    return sells and len(parts) >= 2 and sum(len(part[0]) for part in parts) >= _SHARE * len(name)


def carries(host: str, name: str) -> bool:
    """Whether a host carries a part of the author's name."""
    plain = _LETTERS_AND_DIGITS.sub("", host)
    return any(len(part) >= 3 and part in plain for part in _LETTERS_AND_DIGITS.split(name.lower()))


@cache
def _shop_words() -> re.Pattern[str]:
    sells = "|".join(sorted(word_list("trades"), key=lambda word: (-len(word), word)))
    fills = "|".join((*_FILLERS, *_FILLERS_TOO))
    return re.compile(f"(?P<sells>{sells})|(?P<fills>{fills}|[0-9]+|4u)")
