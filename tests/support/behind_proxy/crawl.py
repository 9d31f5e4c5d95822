"""Follows the links and forms of pages, as a browser would."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import APIRequestContext

#: Attributes with an address, and the elements that send a request of another method than GET to it.
_ADDRESSES = ("href", "src", "action", "formaction", "data-address", "data-next")
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|[A-Za-z0-9_-]{30,}")


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value) for name, value in attrs if name in _ADDRESSES and value]


def crawl(ask: APIRequestContext, address: str, paths: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Every address of this origin that can be reached from these paths, with its status and its `Location`. Addresses that differ
    only in ids count as the same."""
    waiting, known = deque(address + path for path in paths), set[str]()
    while waiting:
        url = waiting.popleft().partition("#")[0]
        alike = _IDS.sub("*", url.partition("&")[0])
        if alike in known or urlsplit(url).netloc != urlsplit(address).netloc:
            continue
        known.add(alike)
        answer = ask.get(url, max_redirects=0)
        to = urljoin(url, answer.headers.get("location", "")) if "location" in answer.headers else ""
        yield url, answer.status, to
        waiting += [to] * bool(to)
        if answer.headers.get("content-type", "").startswith("text/html"):
            page = _Addresses()
            page.feed(answer.text())
            # The scripts put these below the root of Greenroom themselves.
            waiting += [address + value if name.startswith("data-") else urljoin(url, value) for name, value in page.found]
