"""Finds the domains of a site's list among the hosts that a comment links to."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from service.domain.text.domains import ascii_domain, parsed_domain
from service.domain.text.wildcards import fits
from workers.checks.text.comparable_view import comparable_view
from workers.checks.text.find_links import MOST, Link, is_within

#: A host beyond ASCII, or with full stops of other scripts, that stands in a text without a scheme.
_HOST = re.compile("[\\w*-]{1,63}(?:[.\u3002\uff0e\uff61][\\w-]{1,63}){1,4}")
_STOPS = re.compile("[.\u3002\uff0e\uff61]")


class ListedDomains:
    """One list, compiled."""

    def __init__(self, listed: tuple[str, ...]) -> None:
        domains = set(filter(None, map(_parsed, listed)))
        self._globs = tuple(sorted(domain for domain in domains if "*" in domain))
        self._domains = frozenset(domains.difference(self._globs))
        # Only those globs are tried whose longest piece stands in the host.
        pieces = [max(glob.split("*"), key=len) for glob in self._globs]
        self._automaton = AhoCorasick(
            pieces, implementation=Implementation.ContiguousNFA, store_patterns=False
        ) if pieces else None  # fmt: skip

    def has(self, host: str) -> bool:
        """Whether a host is one of the domains, or below one."""
        host = ascii_domain(host)
        return bool(host) and (is_within(host, self._domains) or any(_is_like(host, glob) for glob in self._tried(host)))

    def links(self, original: str, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """The links of a text that lead to one of the domains; also hosts without a scheme that only this list knows."""
        found = [link for link in links if self.has(link.host) or self.has(link.written_host)]
        if not original.isascii() and _STOPS.search(original):
            places = {(link.start, link.end) for link in found}
            found += [link for link in _bare(original) if self.has(link.host) and not _overlaps(link, places)]
        return tuple(found[:MOST])

    def _tried(self, host: str) -> Iterator[str]:
        hits = self._automaton.find_matches_as_indexes(host, overlapping=True) if self._automaton else ()
        yield from (self._globs[at] for at in sorted({at for at, _, _ in hits}))


def _bare(original: str) -> Iterator[Link]:
    view = comparable_view(original)
    for match, _ in zip(_HOST.finditer(view.text), range(MOST), strict=False):
        yield Link(*view.whence(*match.span()), match[0])


def _overlaps(link: Link, places: set[tuple[int, int]]) -> bool:
    return any(start < link.end and link.start < end for start, end in places)


def _is_like(host: str, glob: str) -> bool:
    while host:
        if fits(glob, host):
            return True
        host = host.partition(".")[2]
    return False


def _parsed(entry: str) -> str:
    try:
        return parsed_domain(entry)
    except ValueError:
        return ""


@lru_cache(maxsize=512)
def compiled(listed: tuple[str, ...]) -> ListedDomains:
    """A list, compiled once."""
    return ListedDomains(listed)
