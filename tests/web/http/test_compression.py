"""Pages, style sheets, scripts and JSON are compressed for clients that accept it, and nothing secret can be told by their length."""

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.web.http.compression import MAX_PADDING
from tests.support.sign_in import ORIGIN, Browser, html_of, moderator

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def dana(client: FlaskClient, database: Database) -> Browser:
    return Browser(client.application).signed_in(moderator(database, "dana@news.example", Role.ADMIN))


def page_of(dana: Browser, path: str, **headers: str) -> TestResponse:
    return dana.client.get(path, base_url=ORIGIN, buffered=True, headers=headers)


@pytest.mark.parametrize(
    "path", ["/queue", "/static/greenroom.css", "/static/queue.js", "/openapi.json", "/docs", "/settings/keys"]
)
def test_what_is_long_is_compressed_for_who_accepts_it(dana: Browser, path: str) -> None:
    packed, plain = page_of(dana, path, **GZIP), page_of(dana, path)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert len(gzip.decompress(packed.data)) == len(plain.data)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["Vary"] == plain.headers["Vary"]


def test_lists_of_the_api_are_compressed_and_short_answers_are_not(client: FlaskClient, post: Callable[..., str]) -> None:
    comment = [post(text=f"Number {number}.") for number in range(5)][0]
    listed = client.get("/v1/comments", headers=GZIP)
    assert listed.headers["Content-Encoding"] == "gzip"
    assert b"Number 3." in gzip.decompress(listed.data)
    assert "Content-Encoding" not in client.get("/livez", headers=GZIP).headers
    assert "Content-Encoding" not in client.get(f"/v1/comments/{comment}", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_a_static_file_has_one_weak_etag_and_is_not_sent_again(client: FlaskClient) -> None:
    packed, plain = client.get("/static/queue.js", headers=GZIP, buffered=True), client.get("/static/queue.js", buffered=True)
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert packed.headers["ETag"].startswith('W/"')
    again = client.get("/static/queue.js", buffered=True, headers={**GZIP, "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", packed.headers["ETag"])
    assert "Content-Encoding" not in again.headers
    part = client.get("/static/queue.js", buffered=True, headers={**GZIP, "Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, plain.data[:10])
    head = client.head("/static/queue.js", headers=GZIP, buffered=True)
    assert (head.headers["Content-Length"], head.data) == (packed.headers["Content-Length"], b"")


def test_a_feed_is_compressed_once_and_keeps_its_headers(
    client: FlaskClient, post: Callable[..., str], settle_all: Callable[[], int]
) -> None:
    post(text="A calm and thoughtful word about the article. " * 30)
    settle_all()
    feed = client.get("/v1/threads/a-page/comments?site=news", headers=GZIP)
    assert feed.headers["Content-Encoding"] == "gzip"
    assert b"thoughtful" in gzip.decompress(feed.data)
    assert feed.headers["Vary"] == "Accept, Accept-Encoding, Origin"


def test_the_length_of_a_page_is_blurred_and_its_token_differs_each_time(dana: Browser) -> None:
    pages = [page_of(dana, "/account", **GZIP) for _ in range(12)]
    assert len({len(page.data) for page in pages}) > 4
    assert max(len(page.data) for page in pages) - min(len(page.data) for page in pages) < MAX_PADDING + 40
    tokens = {html_of(dana.get("/account")).partition('name="csrf" value="')[2].partition('"')[0] for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        assert dana.post("/account/preferences", csrf=token).status_code == 303


def test_a_new_secret_is_never_in_a_compressed_page(dana: Browser) -> None:
    form = {"site": "news", "label": "blog", "scope": "submit", "csrf": dana.csrf}
    made = dana.client.post("/settings/keys", data=form, base_url=ORIGIN, headers={"Origin": ORIGIN, **GZIP})
    assert made.status_code == 201
    assert "Content-Encoding" not in made.headers
