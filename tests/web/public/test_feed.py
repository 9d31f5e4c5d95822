"""The public feed: approved comments only, in four formats, safe to embed, and cheap to poll."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import Client

from service.web.public import feed
from service.web.resources import feed_cache, site_cache
from service.web.server import fast_feed

Post = Callable[..., str]
FEED = "/v1/threads/a-page/comments?site=news"
ATOM = "{http://www.w3.org/2005/Atom}"


def ids(comments: list[dict]) -> list:
    return [[c["id"], ids(c["replies"])] if c["replies"] else c["id"] for c in comments]


def test_only_approved_comments_are_shown(reader: Client, post: Post, published: Post, approve: Callable) -> None:
    shown = published("Shown.")
    post("Pending.")
    for word in ("reject", "hold"):
        approve(post(f"Not shown: {word}."), word)
    feed = reader.get(FEED).json
    assert (feed["count"], ids(feed["comments"])) == (1, [shown])
    approve(shown, "reject")
    assert reader.get(FEED).json["comments"] == []


def test_a_reply_never_gives_away_a_parent_that_is_not_shown(
    reader: Client, post: Post, published: Post, approve: Callable
) -> None:
    parent = post("A parent.")
    reply = published("A reply.", parent=parent)
    below = published("A reply to the reply.", parent=reply)
    for replies in ("nested", "flat"):
        for form in ("json", "html", "atom", "jsonfeed"):
            assert parent not in reader.get(f"{FEED}&replies={replies}&format={form}").get_data(as_text=True)
    assert ids(reader.get(FEED).json["comments"]) == [[reply, [below]]]
    approve(parent)
    assert ids(reader.get(FEED).json["comments"]) == [[parent, [[reply, [below]]]]]
    flat = reader.get(f"{FEED}&replies=flat").json["comments"]
    assert [c["parent"] for c in flat] == [None, parent, reply]


@pytest.mark.parametrize(
    "thread", ["/2026/11/a page", "https://news.example/a?b=c&d=ü#e", "a//b", "..", "a/comments", "%2F", "日本語"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thread_may_have_any_name(client: FlaskClient, reader: Client, published: Post, thread: str) -> None:
    comment = published(thread={"id": thread})
    feed = client.get(f"/v1/comments/{comment}").json["links"]["feed"]
    assert feed == f"/v1/threads/{quote(thread, safe='')}/comments?site=news"
    assert ids(reader.get(feed).json["comments"]) == [comment]


def test_a_page_that_nobody_commented_on_has_an_empty_feed(reader: Client, site: str) -> None:
    feed = reader.get(f"/v1/threads/nobody-was-here/comments?site={site}")
    assert (feed.status_code, feed.json["count"], feed.json["comments"]) == (200, 0, [])
    assert reader.get("/v1/threads/a-page/comments?site=nowhere").status_code == 404
    assert reader.get("/v1/threads/a-page/comments").json["errors"][0]["pointer"] == "query:site"


def test_who_has_the_feed_already_is_told_so_until_it_changes(reader: Client, published: Post) -> None:
    published()
    first = reader.get(FEED)
    again = reader.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert "public" in first.headers["Cache-Control"]
    published("Another.")
    changed = reader.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.json["count"]) == (200, 2)


def test_each_form_has_an_etag_of_its_own(reader: Client, published: Post) -> None:
    published()
    queries = ["", "&format=html", "&format=atom", "&format=jsonfeed", "&replies=flat", "&limit=1", "&order=newest"]
    assert len({reader.get(FEED + query).headers["ETag"] for query in queries}) == len(queries)


@pytest.fixture
def long_ttl(monkeypatch: pytest.MonkeyPatch) -> None:
    """New caches keep their entries for an hour."""
    for module, name in ((feed_cache, "LOOK_AFTER"), (fast_feed, "TTL"), (site_cache, "TTL")):
        monkeypatch.setattr(module, name, 3600.0)


@pytest.mark.usefixtures("long_ttl")
def test_a_hot_feed_asks_the_database_nothing(app: Flask, reader: Client, published: Post) -> None:
    published()
    reader.get(FEED)
    asked: list[str] = []
    engine = app.extensions["greenroom"].database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert [reader.get(FEED).status_code for _ in range(20)] == [200] * 20
    assert asked == []


def test_a_hot_answer_is_the_very_answer_of_the_view(reader: Client, published: Post) -> None:
    published("Words. " * 200)
    for asked in ({}, {"Accept-Encoding": "gzip"}, {"Origin": "https://news.example"}, {"Accept": "text/html"}):
        cold, hot = reader.get(FEED, headers=asked), reader.get(FEED, headers=asked)
        assert hot.data == cold.data
        own = {"X-Request-Id", "Ratelimit", "Ratelimit-Policy"}
        assert {k: v for k, v in hot.headers if k.title() not in own} == {k: v for k, v in cold.headers if k.title() not in own}
        assert hot.headers["X-Request-Id"] != cold.headers["X-Request-Id"]
        left = [int(answer.headers["RateLimit"].split("r=")[1].split(";")[0]) for answer in (cold, hot)]
        assert left[1] == left[0] - 1
        tag = {"If-None-Match": cold.headers["ETag"]}
        had, again = (reader.get(FEED, headers=asked | tag) for _ in range(2))
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", had.headers["ETag"])
        assert "Content-Type" not in again.headers
        other = {"If-None-Match": cold.headers["ETag"].replace('"', '"x', 1)}
        assert {reader.get(FEED, headers=asked | other).status_code for _ in range(2)} == {200}


def test_a_long_feed_travels_compressed(reader: Client, published: Post) -> None:
    import gzip

    published("Many words. " * 100)
    packed = reader.get(FEED, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == reader.get(FEED).json
    assert "Accept-Encoding" in packed.headers["Vary"]
    for _ in range(2):
        assert "Content-Encoding" not in reader.get(FEED, headers={"Accept-Encoding": "gzip;q=0, br"}).headers
        assert "Content-Encoding" in reader.get(FEED, headers={"Accept-Encoding": "gzip;q=0.5, br"}).headers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"), ("*/*", "application/json"), ("text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/atom+xml", "application/atom+xml; charset=utf-8"), ("application/feed+json", "application/feed+json"),
        ("image/png", "application/json"),
    ],
)  # fmt: skip
def test_the_accept_header_chooses_the_form(reader: Client, site: str, accept: str, kind: str) -> None:
    assert reader.get(FEED, headers={"Accept": accept}).content_type == kind


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\x0b\x00".replace("\x00", "")


def test_html_is_safe_to_include(reader: Client, published: Post) -> None:
    published(HOSTILE, author={"name": HOSTILE, "url": 'https://x.example/"onmouseover=alert(1)//'})
    comment = published("One line.\nAnother.\n\nA new paragraph.", author={"name": "Dana", "url": "https://dana.example"})
    html = reader.get(f"{FEED}&format=html").get_data(as_text=True)
    assert "<script" not in html
    assert "<img" not in html
    assert '"onmouseover' not in html
    assert "\x0b" not in html
    assert (
        '<a class="greenroom-author" href="https://dana.example" rel="nofollow ugc noopener noreferrer"><bdi>Dana</bdi></a>'
        in html
    )
    assert f'class="greenroom-reply" href="http://greenroom.example/f/news?thread=a-page&amp;parent={comment}"' in html
    assert '<p dir="auto">One line.<br>Another.</p><p dir="auto">A new paragraph.</p>' in html


def test_atom_is_well_formed_whatever_was_written(reader: Client, published: Post) -> None:
    parent = published(
        HOSTILE, author={"name": HOSTILE}, thread={"id": "a-page", "url": "https://news.example/a", "title": "<A>"}
    )
    reply = published("I agree.", parent=parent)
    feed = ElementTree.fromstring(reader.get(f"{FEED}&format=atom&limit=1&order=oldest").data)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert (feed.findtext(f"{ATOM}title"), links["alternate"]) == ("<A>", "https://news.example/a")
    assert feed.find(f"{ATOM}entry/{ATOM}content").text.startswith("<script>")
    second = ElementTree.fromstring(reader.get(links["next"].removeprefix("http://greenroom.example")).data)
    assert second.findtext(f"{ATOM}entry/{ATOM}id") == f"urn:uuid:{reply}"
    assert second.find(f"{ATOM}entry/{{http://purl.org/syndication/thread/1.0}}in-reply-to").get("ref") == f"urn:uuid:{parent}"


def test_readers_of_atom_learn_of_edits_and_of_old_and_missing_comments(
    reader: Client, client: FlaskClient, published: Post, approve: Callable[[str], None]
) -> None:
    empty = ElementTree.fromstring(reader.get(f"{FEED}&format=atom").data)
    assert (empty.findtext(f"{ATOM}author/{ATOM}name"), empty.findtext(f"{ATOM}updated")[:2]) == ("news", "20")
    old = published("Year 999.", context={"posted_at": "0999-01-01T00:00:00Z"})
    assert client.patch(f"/v1/comments/{published('First words.')}", json={"text": "Other words."}).status_code == 200
    edited = client.get("/v1/comments?state=pending").json["comments"][0]
    approve(edited["id"])
    feed = ElementTree.fromstring(reader.get(f"{FEED}&format=atom&order=oldest").data)
    times = {
        e.findtext(f"{ATOM}id"): [e.findtext(f"{ATOM}{name}") for name in ("published", "updated")]
        for e in feed.iter(f"{ATOM}entry")
    }
    assert times[f"urn:uuid:{old}"] == ["0999-01-01T00:00:00Z"] * 2
    items = {item["id"]: item for item in reader.get(f"{FEED}&format=jsonfeed").json["items"]}
    item = items[f"urn:uuid:{edited['id']}"]
    assert item["date_modified"] > item["date_published"]
    assert times[item["id"]][1] == feed.findtext(f"{ATOM}updated") == f"{item['date_modified'][:19]}Z"
    assert "date_modified" not in items[f"urn:uuid:{old}"]
    assert 'datetime="0999-01-01T00:00:00Z">0999-01-01 00:00 UTC' in reader.get(f"{FEED}&format=html").get_data(as_text=True)


def test_json_feed_says_what_its_readers_expect(reader: Client, published: Post) -> None:
    first = published(
        thread={"id": "a-page", "url": "https://news.example/a"}, context={"posted_at": "2009-01-02T03:04:05+01:00"}
    )
    published("Newer.")
    feed = reader.get(f"{FEED}&format=jsonfeed&limit=1").json
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["content_text"] == "Newer."
    item = reader.get(feed["next_url"].removeprefix("http://greenroom.example")).json["items"][0]
    assert item == {
        "id": f"urn:uuid:{first}",
        "content_text": "A calm word.",
        "date_published": "2009-01-02T02:04:05Z",
        "authors": [{"name": "Anonymous"}],
        "url": f"https://news.example/a#comment-{first}",
    }


def test_only_pages_of_the_site_may_read_it_from_a_script(reader: Client, site: str) -> None:
    mine = reader.get(FEED, headers={"Origin": "https://news.example"})
    assert mine.headers["Access-Control-Allow-Origin"] == "https://news.example"
    other = reader.get(FEED, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    assert "Origin" in other.headers["Vary"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_very_deep_conversation_is_shown_whole(reader: Client, published: Post) -> None:
    parent, chain = "", []
    for number in range(40):
        parent = published(f"Level {number}.", **({"parent": parent} if parent else {}))
        chain.append(parent)
    body = reader.get(FEED).get_data(as_text=True)
    assert all(comment in body for comment in chain)
    assert reader.get(f"{FEED}&format=html").get_data(as_text=True).count("<article>") == 40


def test_every_header_of_a_feed_is_on_the_list_of_the_fast_path(reader: Client, published: Post) -> None:
    """The fast path gives a cached response to other clients, and does so only with headers that are known to be the same for all."""
    published()
    for accept in ("application/json", "text/html", "application/atom+xml", "application/feed+json"):
        headers = {"Origin": "https://news.example", "Accept": accept, "Accept-Encoding": "gzip"}
        names = {name.lower() for name, _ in reader.get(FEED + "&limit=1", headers=headers).headers}
        unknown = names - fast_feed.SHARED - fast_feed.OWN
        assert not unknown, (
            f"{unknown}: add the header to SHARED in service/web/server/fast_feed.py if every client may get the same value"
        )


def test_the_etag_depends_on_the_templates_and_the_code_that_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = feed.renderer_digest()
    changed = [tmp_path / file.name for file in feed._RENDERERS]
    for copy, file in zip(changed, feed._RENDERERS, strict=True):
        copy.write_bytes(file.read_bytes())
    monkeypatch.setattr(feed, "_RENDERERS", changed)
    for copy in changed:
        copy.write_bytes(copy.read_bytes() + b" ")
        assert feed.renderer_digest.__wrapped__() != now
        copy.write_bytes(copy.read_bytes()[:-1])
    assert feed.renderer_digest.__wrapped__() == now
