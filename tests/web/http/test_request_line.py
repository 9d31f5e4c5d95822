"""Each path and method has one spelling, so that a rule of a proxy cannot be passed by another one."""

import pytest
from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from service.web.server.asgi import AsgiApp
from tests.support.fast_path_app import Front

FEED = "/v1/threads/a-page/comments"


@pytest.fixture(params=["Flask", "event loop"])
def reader(request: pytest.FixtureRequest, app: Flask) -> Client:
    """A client without a key, on both ways into the application."""
    return Client(app if request.param == "Flask" else Front(AsgiApp(app)))


def asked(reader: Client, raw: str, *, method: str = "GET") -> int:
    """The status of the answer to this path, exactly as it is written here."""
    builder = EnvironBuilder(raw, query_string="site=news")
    environ = builder.get_environ()
    environ["REQUEST_METHOD"] = method
    environ["RAW_URI"] = environ["REQUEST_URI"] = f"{raw}?site=news"
    return int(reader.run_wsgi_app(environ)[1][:3])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_spelling_of_a_path_is_unknown_also_where_the_plain_one_is_cached(reader: Client, site: str) -> None:
    assert [asked(reader, FEED) for _ in range(2)] == [200, 200]
    for path in (
        "/v1%2fthreads/a-page/comments", "/%76%31/threads/a-page/comments", "/v1/threads%2Fa-page/comments",
        "/v1/threads/a-page%2fcomments", "//v1/threads/a-page/comments", "/%2fv1/threads/a-page/comments",
    ):  # fmt: skip
        assert asked(reader, path) == 404, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_method_in_small_letters_is_unknown(reader: Client, site: str) -> None:
    assert asked(reader, FEED) == 200
    assert (asked(reader, FEED, method="get"), asked(reader, "/livez", method="Get")) == (405, 405)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_plain_spelling_reaches_the_fast_path_of_comments(reader: Client, site: str) -> None:
    assert asked(reader, "/v1/comments", method="POST") == 401
    assert asked(reader, "/v1%2Fcomments", method="POST") == 404
    assert asked(reader, "/v1/comments", method="post") == 405
