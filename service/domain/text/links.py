"""The links of a stored text: their number and their domains. This module finds only plain links; the check of new comments also
finds hidden links."""

import re
from collections.abc import Iterator

from service.domain.text.blank import BLANK

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']{2,}|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,3}(?:com|net|org|info|io|ru|top|shop|xyz|site|online|club|me|ly)\b",
    re.I,
)
#: Every link matches this. Most texts do not, and skip the slower `_LINK`.
_DOT_INSIDE = re.compile(r"\.\S\S")
MOST = 50
#: An address without its scheme, as people type it.
_HOST = re.compile(rf"[^{BLANK}:/?#@]+\.[^{BLANK}:/?#@.]{{2,}}(:\d+)?([/?#][^{BLANK}]*)?")


def count_links(text: str) -> int:
    """The number of links in the text, at most MOST."""
    return sum(1 for _ in _links(text))


def link_domain(text: str, *, own: str = "") -> str | None:
    """The domain of the first link of a text that leads away from the page at `own`; None if there is none. Domains that everyone
    links to are skipped: they do not relate two comments."""
    for link in _links(text):
        domain = _domain(link)
        if domain and domain != _domain(own) and domain not in _EVERYBODYS:
            return domain[:255]
    return None


def hosts_in(text: str) -> set[str]:
    """The hosts that a text links to, in lower case and without `www.`."""
    if "." not in text:
        return set()
    return {_domain(link) for link in _links(text)} - {""}


def without_query(address: str) -> str:
    """An address without query, fragment, and a user before its host."""
    bare = re.split(r"[?#]", address, maxsplit=1)[0]
    return re.sub(r"(?<=://)[^/]*@", "", bare)


def with_scheme(address: str, scheme: str) -> str:
    """An address that begins with its host, with this scheme before it; any other text unchanged."""
    return f"{scheme}://{address}" if _HOST.fullmatch(address) else address


def _links(text: str) -> Iterator[str]:
    """The links of the text in their order, at most MOST."""
    if "://" in text or _DOT_INSIDE.search(text):
        for _, match in zip(range(MOST), _LINK.finditer(text), strict=False):
            yield match[0]


def _domain(link: str) -> str:
    host = re.split(r"[/?#]", link.partition("://")[2] or link, maxsplit=1)[0].rpartition("@")[2]
    return host.partition(":")[0].casefold().removeprefix("www.").strip(".,;)")


_EVERYBODYS = frozenset(
    [
        "youtube.com",
        "youtu.be",
        "m.youtube.com",
        "wikipedia.org",
        "en.wikipedia.org",
        "de.wikipedia.org",
        "ar.wikipedia.org",
        "google.com",
        "maps.google.com",
        "facebook.com",
        "m.facebook.com",
        "instagram.com",
        "twitter.com",
        "x.com",
        "t.co",
        "tiktok.com",
        "reddit.com",
        "linkedin.com",
        "github.com",
    ]
)
