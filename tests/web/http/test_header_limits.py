"""Large headers are refused before anything parses them, and nothing of them is kept."""

import pytest
from flask import Flask
from werkzeug.test import Client

from service.web.http.header_limits import MAX_HEADERS, MAX_PARSED, too_large
from service.web.server import wsgi_adapter
from service.web.server.asgi import AsgiApp
from tests.support.fast_path_app import Front
from tests.web.server.test_wsgi_adapter import SCOPE

FEED = "/v1/threads/a-page/comments?site=news"


@pytest.fixture(params=["Flask", "event loop"])
def reader(request: pytest.FixtureRequest, app: Flask) -> Client:
    """A client without a key, on both ways into the application."""
    return Client(app if request.param == "Flask" else Front(AsgiApp(app)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_header_that_is_parsed_has_a_kilobyte_at_most(reader: Client, site: str) -> None:
    assert reader.get(FEED).status_code == 200
    longest = ("gzip;q=1," * MAX_PARSED)[:MAX_PARSED]
    for name in ("Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "X-Forwarded-For", "Content-Type"):
        assert reader.get(FEED, headers={name: longest}).status_code == 200
        answer = reader.get(FEED, headers={name: longest + "x"})
        assert (answer.status_code, answer.json["code"]) == (431, "headers_too_large")
        assert answer.json["errors"][0]["pointer"] == f"header:{name}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_headers_have_sixteen_kilobytes_at_most_and_the_longest_is_named(reader: Client, site: str) -> None:
    most = {"User-Agent": "a" * (MAX_HEADERS - 1_000), "Referer": "https://news.example/"}
    assert reader.get(FEED, headers=most).status_code == 200
    answer = reader.get(FEED, headers=most | {"User-Agent": "a" * MAX_HEADERS})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (431, "header:User-Agent")


def test_several_headers_of_one_name_count_together() -> None:
    scope = SCOPE | {"headers": [(b"accept-encoding", b"gzip;q=1," * 20)] * 10}
    refusal = too_large(environ := wsgi_adapter.environ_of(scope))
    assert refusal
    assert refusal.faults[0].pointer == "header:Accept-Encoding"
    assert "HTTP_ACCEPT_ENCODING" not in environ


def test_no_long_header_name_is_cached() -> None:
    cache = wsgi_adapter._cached_variable
    wsgi_adapter.environ_of(SCOPE | {"headers": [(b"x-" + b"a" * 60, b"1")]})
    known = cache.cache_info().currsize
    environ = wsgi_adapter.environ_of(SCOPE | {"headers": [(b"x-" + b"a" * 10_000, b"1")]})
    assert environ["HTTP_X_" + "A" * 10_000] == "1"
    assert cache.cache_info().currsize == known
