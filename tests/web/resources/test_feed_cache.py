"""A page of a feed is rendered by one request; others wait for it, and only a few pages are rendered at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.domain.errors import NotFound, Unavailable
from service.store.db.engine import Database
from service.store.db.read_replica import ReadReplica
from service.web.resources.feed_cache import FeedCache, accepts_gzip


@pytest.fixture
def feeds(database: Database) -> FeedCache:
    return FeedCache(ReadReplica(database), places=4)


class Renderer:
    """Renders when it is told to, and counts."""

    def __init__(self) -> None:
        self.rendered = 0
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> tuple[bytes, str]:
        self.rendered += 1
        self.begun.set()
        assert self.may_end.wait(60)
        return b"a page", ""


def asked(feeds: FeedCache, key: str, render: Callable[[], tuple[bytes, str]], address: str = "192.0.2.1") -> bytes:
    return feeds.body(key, (1,), render, address=address).plain


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_request_renders_a_page_and_the_others_wait_for_it(feeds: FeedCache) -> None:
    render = Renderer()
    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(asked, feeds, "page", render) for _ in range(20)]
        assert render.begun.wait(60)
        render.may_end.set()
        assert {answer.result(60) for answer in answers} == {b"a page"}
    assert render.rendered == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_error_reaches_all_who_wait_and_the_next_request_renders_again(feeds: FeedCache) -> None:
    render = Renderer()

    def fail() -> tuple[bytes, str]:
        render()
        raise NotFound("no such comment")

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(asked, feeds, "page", fail) for _ in range(2)]
        assert render.begun.wait(60)
        render.may_end.set()
        for answer in answers:
            with pytest.raises(NotFound):
                answer.result(60)
    assert asked(feeds, "page", lambda: (b"now", "")) == b"now"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_has_half_of_the_places_and_gets_them_back(feeds: FeedCache) -> None:
    renders = [Renderer() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        under_way = [pool.submit(asked, feeds, f"page {n}", render, f"192.0.2.{n // 2}") for n, render in enumerate(renders)]
        assert all(render.begun.wait(60) for render in renders)
        with pytest.raises(Unavailable, match="your address"):
            asked(feeds, "another", renders[0], "192.0.2.0")
        with pytest.raises(Unavailable, match="too many"):
            asked(feeds, "another", renders[0], "192.0.2.9")
        for render in renders:
            render.may_end.set()
        assert {answer.result(60) for answer in under_way} == {b"a page"}
    assert asked(feeds, "another", lambda: (b"now", ""), "192.0.2.0") == b"now"


def test_an_accept_encoding_header_is_read_without_parsing_it() -> None:
    allowed = ("gzip", "br, gzip", "gzip;q=0.5, br", "gzip;q=0.001", "gzip;q=1," * 100)
    refused = ("", "br", "gzip;q=0", "gzip; q=0.000, br", "br, gzip ;q=0.")
    assert [accepts_gzip(header) for header in (*allowed, *refused)] == [True] * len(allowed) + [False] * len(refused)
