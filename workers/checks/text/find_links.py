"""Finds links in a text: with a scheme, bare, inside markup or spelled out (`example dot com`), each with its host."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from workers.checks.text.characters import chunks_with
from workers.checks.text.normalize import Folded
from workers.checks.text.word_lists import word_list

#: Without a scheme or `www.`, a word with a dot counts as a host only if it ends in one of these top-level domains.
_ENDINGS = (
    "com|net|org|info|biz|ru|su|cn|tk|ml|ga|cf|gq|xyz|top|site|online|club|shop|store|live|app|dev|io|co|me|ly|be|to|cc|ws|pw|"
    "tv|fm|gl|gd|link|click|win|bid|loan|date|work|fun|space|website|icu|vip|pro|mobi|in|us|uk|ca|de|fr|it|nl|es|pl|eu|au|br|"
    "ua|kz|by|jp|kr|tech|blog|news|today|life|world|agency|casino|bet|poker|porn|sex|xxx|cam|ltd|gg|ai|ch|at|se|no|fi|dk"
)
_LINK = re.compile(
    r"(?:h[tx]{2}ps?:?//|www\.)[^\s<>\"'\[\]]{2,}"
    rf"|(?<![\w@./=-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:{_ENDINGS})(?![\w@-]|\.\w)(?:[/?#:][^\s<>\"'\[\]]*)?"
)
#: Fast first tests. Every bare host has a dot before a letter. Texts without a host seldom have that, since most of their dots
#: end a sentence. Every link matches _HINT.
_DOT_INSIDE = re.compile(r"\.[a-z]")
_HINT = re.compile(r"//|www\.|\.[a-z]")
_DOT = r"(?:\(dot\)|\[dot\]|\{dot\}|\[\.\]|\(\.\)|\bdot\b)"
_SPELLED = re.compile(rf"(?<!\w)[a-z0-9][a-z0-9-]{{1,62}} ?{_DOT} ?(?:com|net|org|ru|info|me|ly|co|io|tv)(?!\w)")
_MARKED_UP = re.compile(r"href\s{0,3}=\s{0,3}[\"']?([^\s\"'<>]{4,})", re.IGNORECASE)
_HOST = re.compile(r"(?:h[tx]{2}ps?:?//)?(?:[^/@\s]*@)?(?:www\d?\.)?([^/?#:\s]*)")
_TRAILING = ".,;:!?)]}'\""
#: Maximum number of links that are read: more tell nothing new.
MOST = 50


@dataclass(frozen=True, slots=True)
class Link:
    """One link: `[start, end)` in code points of the original text, its host in lower case without `www.`.

    `written_host` is the host as it stands in the original, if it has letters beyond ASCII: folding takes their accents off, and a
    browser does not."""

    start: int
    end: int
    host: str
    hidden: bool = False
    marked_up: bool = False
    written_host: str = ""


def links_in(folded: Folded, original: str) -> tuple[Link, ...]:
    """Every link of a text, at most MOST."""
    text = folded.text
    found: list[Link] = []
    if "//" in text or "www." in text or _DOT_INSIDE.search(text):
        for match in islice(_written_out(text), MOST):
            link = match[0].rstrip(_TRAILING)
            start, end = folded.whence(match.start(), match.start() + len(link))
            written = "" if original.isascii() or original[start:end].isascii() else host_of(original[start:end])
            found.append(Link(start, end, host_of(link), written_host=written))
    if "dot" in text or "[.]" in text or "(.)" in text:
        found.extend(
            Link(*folded.whence(*match.span()), re.sub(r"\W|dot", "", match[0]), hidden=True) for match in _SPELLED.finditer(text)
        )
    if "href" in original or "HREF" in original:
        marked_up = _MARKED_UP.finditer(original)
        found.extend(Link(*match.span(1), host_of(match[1].lower()), marked_up=True) for match in marked_up)
    return tuple(found[:MOST])


def _written_out(text: str) -> Iterator[re.Match[str]]:
    """The same as `_LINK.finditer`, but faster: a link has no whitespace, so only words that match _HINT are searched."""
    for start, end in chunks_with(_HINT, text):
        yield from _LINK.finditer(text, start, end)


def host_of(link: str) -> str:
    """The host of a link, in lower case and without `www.`."""
    match = _HOST.match(link.lower().strip())
    return match[1].rstrip(".") if match else ""


def is_within(host: str, domains: frozenset[str]) -> bool:
    """Whether a host is one of the domains or a subdomain of one."""
    while host:
        if host in domains:
            return True
        host = host.partition(".")[2]
    return False


#: Hosts that readers often link to: one link to them is no sign of spam.
USUAL = frozenset(word_list("usual_hosts"))
