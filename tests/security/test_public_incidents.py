"""Real incidents of other comment systems, each as a test. The docstring of a test names the incident."""

import hashlib
import io
import json
import logging
import re
import time
from urllib.parse import quote

import pytest

from service import logs
from service.domain.policy.check_input import CheckInput, Lists
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.web.auth.rate_limit import address_of
from tests.security.conftest import House
from tests.support.sign_in import ORIGIN, Browser
from workers.checks import CHECKS
from workers.checks.run import run

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POST = {"thread": {"id": "a-page"}, "text": "Calm words."}
EVIL = '"><script>alert(1)</script>'


@ON_SQLITE
@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "jAvAsCrIpT:alert(1)", " javascript:alert(1)", "vbscript:x"],
)
def test_an_authors_website_is_never_code(house: House, url: str) -> None:
    """Isso #1083."""
    answer = house.host().post("/v1/comments", json={**POST, "author": {"url": url}})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/author/url")
    assert house.nobody.post("/f/news", data={"thread": "a", "text": "Words.", "url": url}).status_code == 422


@ON_SQLITE
@pytest.mark.parametrize("text", ["", "   ", "a\0b", "x" * 10_001, 7, None, "\u200b\u2060"])
def test_an_edit_is_checked_like_a_new_comment(house: House, text: object) -> None:
    """Isso #1038."""
    host = house.host()
    made = host.post("/v1/comments", json=POST).json["id"]
    new = host.post("/v1/comments", json={**POST, "text": text})
    edit = host.patch(f"/v1/comments/{made}", json={"text": text})
    assert new.status_code == edit.status_code == 422
    assert [e["code"] for e in new.json["errors"]] == [e["code"] for e in edit.json["errors"]]


@ON_SQLITE
def test_an_edit_of_an_approved_comment_is_not_public_before_its_verdict(house: House) -> None:
    """Isso #1038, the other half: new words under an old approval."""
    assert house.host().patch(f"/v1/comments/{house.comments['approved']}", json={"text": "Other words."}).status_code == 200
    assert house.nobody.get("/v1/threads/a-page/comments?site=news").json["comments"] == []


@ON_SQLITE
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json"]
)
def test_a_strange_page_cannot_send_json_as_a_form(house: House, kind: str) -> None:
    """remark42 #16."""
    assert house.host().post("/v1/comments", data=json.dumps(POST), content_type=kind).status_code == 415
    dana = house.person("dana@news.example")
    body = json.dumps(
        {"action_id": house.comments["held"], "act": "approve", "items": [{"id": house.comments["held"], "version": 1}]}
    )
    answer = dana.client.post(
        "/queue/actions", data=body, content_type=kind, base_url=ORIGIN, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    without_origin = dana.client.post("/queue/actions", data=body, content_type=kind, base_url=ORIGIN)
    assert without_origin.status_code == 403


def test_nothing_logged_can_start_a_line_of_its_own() -> None:
    """remark42 #2045."""
    for style in ("json", "text"):
        stream = io.StringIO()
        logger = logging.getLogger(f"greenroom.forged.{style}")
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logs.JsonLines("web") if style == "json" else logs.TextLines("web"))
        logger.addHandler(handler)
        logger.warning("an_event", extra={"fact": 'x\r\n{"event":"forged"}\x1b[2J\u2028\u0085forged'})
        logger.removeHandler(handler)
        written = stream.getvalue()
        assert len(written.splitlines()) == 1
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", written)


@ON_SQLITE
def test_a_request_id_forges_nothing(house: House) -> None:
    answer = house.nobody.get("/livez", headers={"X-Request-Id": "1 forged=yes"})
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["X-Request-Id"])


def test_an_ipv6_address_is_read_whole_and_counted_by_its_block() -> None:
    """remark42: cut at the first colon, so that all of 2001: was one reader."""
    of = Pseudonymizer.from_secret("x" * 40)
    assert of.address("2001:db8::1") != of.address("2001:db9::1")
    assert of.block("2001:db8::1") == of.block("2001:db8:0:0:ffff::9") != of.block("2001:db8:0:1::1")
    assert of.address("::ffff:192.0.2.1") == of.address("192.0.2.1")
    assert address_of("2001:db8::1") == address_of("2001:db8::ffff") != address_of("2001:db8:0:1::1")
    assert address_of("::ffff:192.0.2.1") == "192.0.2.1" != address_of("::ffff:192.0.2.2")


def test_text_is_kept_whole_or_refused(house: House) -> None:
    """WordPress 4.2.1: cut at the limit or at the first emoji, and what was left was code."""
    host = house.host()
    for text in ("x" * 9_999 + "😀", "😀" * 10_000, "before 😀 after <b>", "𝕏\U0010ffff end"):
        body = json.dumps({**POST, "text": text}, ensure_ascii=False)
        made = host.post("/v1/comments", data=body, content_type="application/json")
        assert made.status_code == 202
        assert host.get(made.headers["Location"]).json["text"] == text
    assert host.post("/v1/comments", json={**POST, "text": "x" * 10_001}).status_code == 422


@ON_SQLITE
def test_what_is_not_approved_has_no_address_for_the_public(house: House) -> None:
    """WordPress 5.4.2: pending comments reachable by their URL, and indexed."""
    host = house.host()
    host.post("/v1/comments", json={**POST, "text": "Pending words."})
    erased = host.post("/v1/comments", json={**POST, "text": "Erased words."}).json["id"]
    assert host.delete(f"/v1/comments/{erased}").status_code == 204
    for kind in ("json", "html", "atom", "jsonfeed"):
        for more in ("", "&replies=flat", "&order=newest", "&limit=200"):
            feed = house.nobody.get(f"/v1/threads/a-page/comments?site=news&format={kind}{more}")
            words = feed.get_data(as_text=True)
            assert "approved words" in words
            assert not re.search("held|rejected|pending|erased", words, re.IGNORECASE), (kind, more)
            assert "noindex" in feed.headers["X-Robots-Tag"]
    for path in (f"/v1/comments/{house.comments['held']}", f"/queue/comments/{house.comments['held']}"):
        assert house.nobody.get(path).status_code in (302, 303, 401)
    assert house.host(site="blog").get(f"/v1/comments/{house.comments['held']}").status_code == 404
    assert (
        house.person("bo@blog.example", Role.ADMIN, site="blog").get(f"/queue/comments/{house.comments['held']}").status_code
        == 404
    )


@ON_SQLITE
def test_a_client_address_is_nothing_that_a_client_can_say(house: House) -> None:
    """wpDiscuz CVE-2026-22201, Waline #785."""
    names = ("X-Forwarded-For", "X-Real-IP", "Client-IP", "CF-Connecting-IP", "Forwarded", "True-Client-IP", "X-Client-IP")
    for number, name in enumerate(names):
        house.nobody.post("/f/news", data={"thread": "t", "text": f"Words {number}."}, headers={name: f"198.51.100.{number}"})
    with house.database.reading() as session:
        keys = {c.ip_key for c in session.query(Comment).filter(Comment.text.like("Words %")) if c.ip_key}
    assert keys == {Pseudonymizer.from_secret(house.settings.secret).block("127.0.0.1")}


def test_wildcards_are_only_characters(house: House) -> None:
    """wpDiscuz CVE-2026-22216."""
    dana = house.person("dana@news.example")
    for words in ("%", "_", "%%", "h_ld", "These%words", "\\", "/%"):
        assert "held words" not in dana.get(f"/queue?words={quote(words)}").get_data(as_text=True), words
    assert "held words" in dana.get("/queue?words=held").get_data(as_text=True)
    assert "a-page" not in dana.get(f"/threads?words={quote('a%e')}").get_data(as_text=True)


@ON_SQLITE
def test_nothing_made_from_an_email_or_an_address_leaves(house: House) -> None:
    """Disqus: readers unmasked by the MD5 of their e-mail; Waline #587: addresses in answers."""
    email, ip = "secret.reader@mail.example", "203.0.113.77"
    host = house.host()
    made = host.post(
        "/v1/comments",
        json={**POST, "text": "Whose are these words?", "author": {"name": "R", "email": email}, "context": {"ip": ip}},
    )
    comment_id = made.json["id"]
    host.post(f"/v1/comments/{comment_id}/decision", json={"decision": "approve"})
    dana = house.person("dana@news.example", Role.ADMIN)
    of = Pseudonymizer.from_secret(house.settings.secret)
    told = {email, ip, of.author(external_id="", email=email)[2:], of.address(ip), of.block(ip)}
    told |= {hashlib.new(kind, what.encode()).hexdigest() for kind in ("md5", "sha1", "sha256") for what in (email, ip)}
    answers = [
        made, host.get(f"/v1/comments/{comment_id}"), host.get("/v1/comments"), house.nobody.get("/v1/threads/a-page/comments?site=news"),
        house.nobody.get("/v1/threads/a-page/comments?site=news&format=html"), dana.get(f"/queue/comments/{comment_id}"),
        dana.get("/queue?tab=approved"), dana.get("/decisions"), dana.get("/decisions.csv"), dana.get(f"/queue/comments/{comment_id}/context"),
    ]  # fmt: skip
    for answer in answers:
        words = answer.get_data(as_text=True) + str(answer.headers)
        assert not [secret for secret in told if secret in words], answer.request.path


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("*a*a*a*a*a*a*a*a*a*b", "a" * 10_000),
        ("a*" * 60 + "b", "aaaa " * 2_000),
        ("(a+)+$", "a" * 9_999 + "!"),
        ("x" * 200, "x" * 10_000),
        ("*" + "ab" * 99, "ab" * 5_000),
    ],
)
def test_no_word_of_a_list_makes_a_check_slow(word: str, text: str) -> None:
    """Coral #2988, Artalk: a word list made of patterns that never end."""
    began = time.thread_time()
    run(CheckInput(text=text, lists=Lists(blocked_words=(word,) * 50, held_words=(word,) * 50)), CHECKS)
    assert time.thread_time() - began < 3


@ON_SQLITE
def test_links_are_made_from_the_settings_and_never_from_the_host_header(house: House, admin: Browser) -> None:
    """Talkyard CVE-2021-25980."""
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "gopher"}
    client = house.host()
    pages = [
        client.get(path, base_url="http://evil.example", headers=headers)
        for path in (
            "/v1/comments",
            "/v1/threads/a-page/comments?site=news&format=atom",
            "/f/news?thread=a",
            "/openapi.json",
            "/docs",
            "/sign-in",
        )
    ]
    pages.append(client.post("/v1/comments", json=POST, base_url="http://evil.example", headers=headers))
    pages.append(admin.client.get("/settings/keys", base_url=ORIGIN, headers={"X-Forwarded-Host": "evil.example"}))
    pages.append(admin.post("/settings/moderators", {"site": "news", "email": "new@news.example", "role": "viewer"}))
    for page in pages:
        assert "evil.example" not in page.get_data(as_text=True) + str(page.headers), page.request.path
    assert "http://greenroom.example/sign-in/" in pages[-1].get_data(as_text=True)


def test_an_order_is_one_of_ours_and_no_sql(house: House) -> None:
    """Ghost CVE-2026-26980."""
    dana, host = house.person("dana@news.example"), house.host()
    for word in ("received_at;drop table comment", "score desc", "(select password from moderator)", "1", "oldest,(select 1)"):
        assert "held words" in dana.get(f"/queue?order={quote(word)}").get_data(as_text=True)
        assert host.get(f"/v1/comments?order={quote(word)}").status_code == 422
        assert house.nobody.get(f"/v1/threads/a-page/comments?site=news&order={quote(word)}").status_code == 422


@ON_SQLITE
def test_a_form_field_cannot_fill_the_memory(house: House) -> None:
    """Flask CVE-2024-49767."""
    sent = house.nobody.post("/sign-in", data={"email": "x" * 3_000_000}, headers={"Origin": ORIGIN}, base_url=ORIGIN)
    assert sent.status_code == 413
    many = b"&".join(b"a%d=" % n for n in range(9_000))
    assert house.nobody.post("/f/news", data=many, content_type="application/x-www-form-urlencoded").status_code in (413, 422)
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n\r\n' % n for n in range(900)) + b"--x--"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": ORIGIN}
    assert house.nobody.post("/sign-in", data=parts, headers=headers, base_url=ORIGIN).status_code == 413


@ON_SQLITE
def test_nobody_can_say_more_about_a_comment_than_its_fields(house: House) -> None:
    """Mass assignment: state, site, trust and the like are not for the sender to set."""
    host = house.host()
    for field in ("state", "site_id", "site", "id", "version", "author_key", "score", "received_at"):
        assert host.post("/v1/comments", json={**POST, field: "approved"}).json["errors"][0]["pointer"] == f"/{field}"
        house.nobody.post("/f/news", data={"thread": "mass", "text": f"Words with {field}.", field: "approved"})
    house.nobody.post(
        "/f/news", data={"thread": "mass", "text": "Signed in?", "verified": "1", "author.verified": "true", "id": "admin"}
    )
    with house.database.reading() as session:
        sent = session.query(Comment).filter(
            Comment.author_external_id == "", Comment.author_verified.is_(False), Comment.state == "pending"
        )
        assert sent.count() == 9


@ON_SQLITE
def test_every_word_is_escaped_where_it_stands(house: House) -> None:
    """remark42 GHSA-74pc-3r2m-ppx3, WordPress CVE-2019-9787: foreign words as HTML."""
    host, dana = house.host(), house.person("dana@news.example", Role.ADMIN)
    body = {"thread": {"id": EVIL, "title": EVIL}, "text": EVIL, "author": {"name": EVIL, "id": EVIL}}
    made = host.post("/v1/comments", json=body).json["id"]
    host.post(f"/v1/comments/{made}/decision", json={"decision": "approve", "note": EVIL})
    for answer in (
        dana.get("/queue?tab=approved"), dana.get("/decisions"), dana.get("/threads"), dana.get(f"/queue/comments/{made}"),
        dana.get(f"/queue?words={quote(EVIL)}"), house.nobody.get(f"/v1/threads/{quote(EVIL, safe='')}/comments?site=news&format=html"),
        house.nobody.get(f"/f/news?thread={quote(EVIL)}&title={quote(EVIL)}"), dana.get(f"/sign-out/{quote(EVIL, safe='')}"),
    ):  # fmt: skip
        assert "<script>alert" not in answer.get_data(as_text=True) or not answer.mimetype.endswith("html"), answer.request.path
