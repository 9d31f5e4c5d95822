"""A moderator chooses their messages on one page; mails are stopped without a sign-in; the private feed shows their sites alone."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select, update

from service.actions.accounts.message_choices import choose_mails
from service.actions.accounts.moderators import disable, take_role
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.reported.reader_links import ReaderLinks
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Moderator, Role
from service.store.tables.comments import Comment
from service.store.tables.message_choices import MessageChoice
from tests.support.factories import draft, submitted
from tests.support.sign_in import Browser, html_of, moderator, serving

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    """A moderator of one of two sites."""
    with database.writing() as session:
        add_site(session, "blog", origins=["https://blog.example"], now=NOW)
    return Browser(app).signed_in(moderator(database, "dana@news.example", Role.MODERATOR, site="news", name="Dana"))


def choice(database: Database) -> MessageChoice:
    with database.reading() as session:
        return session.scalars(select(MessageChoice)).one()


def holds(database: Database, *drafts, site_id: str = "news") -> list[UUID]:
    with database.writing() as session:
        ids = submitted(session, *drafts, site_id=site_id, now=NOW)
        session.execute(update(Comment).values(state=State.HELD, reason="abuse.threat"))
    return ids


def new_feed(dana: Browser) -> str:
    page = html_of(dana.post("/account/messages/feed", {"act": "renew"}))
    (path,) = re.findall(r"/feeds/queue/[0-9a-f]{40}", page)
    return path


def test_a_moderator_chooses_mails_in_their_own_time_zone(dana: Browser, database: Database) -> None:
    dana.post("/account/preferences", {"time_zone": "Asia/Kolkata"})
    page = html_of(dana.get("/account/messages"))
    assert "Asia/Kolkata" in page
    assert "GREENROOM_MAIL_URL" in page
    assert dana.post("/account/messages", {"hour": ["8", "17", "99", "x"], "old_after": "45"}).status_code == 303
    chosen = choice(database)
    assert (chosen.digest_hours, chosen.old_after) == ([8, 17], 45)
    assert chosen.digest_due_at is not None
    assert (chosen.digest_due_at.hour, chosen.digest_due_at.minute) in {(2, 30), (11, 30)}
    for wrong in ("-1", "soon", "99999"):
        answer = dana.post("/account/messages", {"old_after": wrong})
        assert (answer.status_code, "Enter a whole number from 0 to 10080." in html_of(answer)) == (422, True), wrong
    assert choice(database).old_after == 45
    dana.post("/account/messages", {"old_after": ""})
    assert (choice(database).digest_hours, choice(database).digest_due_at) == ([], None)


def test_where_mail_is_set_up_the_page_does_not_ask_for_it(settings: Settings, database: Database, site: str) -> None:
    with serving(replace(settings, mail_url="smtp://127.0.0.1", mail_from="greenroom@news.example")) as app:
        dana = Browser(app).signed_in(moderator(database, "dana@news.example", Role.VIEWER, site="news"))
        assert "GREENROOM_MAIL_URL" not in html_of(dana.get("/account/messages"))


def test_mails_stop_with_one_more_click_and_no_sign_in(app: Flask, dana: Browser, database: Database, settings: Settings) -> None:
    with database.writing() as session:
        person = session.scalars(select(Moderator)).one()
        choose_mails(session, person.id, hours=[8], old_after=60, language="en", zone="UTC", now=NOW)
        link = ReaderLinks.from_secret(settings.secret, "").stop_mails(person.id)
    stranger = app.test_client()
    assert "Stop these mails" in html_of(stranger.get(link))
    assert choice(database).digest_hours == [8]
    # A mailbox sends it without an Origin and without cookies (RFC 8058).
    answer = stranger.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "You get no more mails" in html_of(answer)) == (200, True)
    assert (choice(database).digest_hours, choice(database).old_after, choice(database).digest_due_at) == ([], 0, None)
    assert stranger.post(link).status_code == 200
    forged = stranger.post(link[:-1] + ("0" if link[-1] != "0" else "1"))
    assert (forged.status_code, forged.mimetype) == (404, "text/html")


def test_the_feed_shows_who_where_why_and_the_words_of_their_own_sites(app: Flask, dana: Browser, database: Database) -> None:
    hostile = "<script>alert(1)</script> & \x1b[31m"
    author = {"name": "Ada\x07", "email": "ada@private.example"}
    (comment_id,) = holds(database, draft(hostile, author=author, context={"ip": "203.0.113.77"}))
    holds(database, draft("Of another site."), site_id="blog")
    path = new_feed(dana)
    answer = app.test_client().get(path)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    body = answer.get_data(as_text=True)
    feed = ElementTree.fromstring(body)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{comment_id}"
    assert entry.findtext(f"{ATOM}title") == "Ada\ufffd on “page” (news): Threat"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("text", hostile.replace("\x1b", "\ufffd"))
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").endswith(f"/queue/comments/{comment_id}?site=news")
    for private in ("private.example", "203.0.113", "another site", "<script>"):
        assert private not in body
    again = app.test_client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_an_empty_feed_is_still_a_feed(app: Flask, dana: Browser) -> None:
    feed = ElementTree.fromstring(app.test_client().get(new_feed(dana)).get_data())
    assert feed.findtext(f"{ATOM}title") == "Comments that wait"
    assert feed.findtext(f"{ATOM}updated")


def test_the_token_of_a_feed_is_stored_as_a_digest_and_can_do_nothing_else(app: Flask, dana: Browser, database: Database) -> None:
    path = new_feed(dana)
    token = path.rpartition("/")[2]
    assert token not in str(vars(choice(database)))
    assert token not in html_of(dana.get("/account/messages"))
    client = app.test_client()
    assert client.post(path).status_code == 405
    for other in ("/queue", "/v1/comments?limit=1", f"/sign-in/{token}", f"/mails/{token}"):
        answer = client.get(other, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (303, 401, 404) or "Set-Cookie" not in answer.headers, other


@pytest.mark.parametrize("end", ["renew", "revoke", "password", "role", "disable"])
def test_a_feed_ends(app: Flask, dana: Browser, database: Database, end: str) -> None:
    holds(database, draft("This waits."))
    path, client = new_feed(dana), app.test_client()
    assert client.get(path).get_data().count(b"<entry>") == 1
    match end:
        case "renew" | "revoke":
            dana.post("/account/messages/feed", {"act": end})
        case "password":
            dana.post("/account/password", {"new": "a quiet room behind", "again": "a quiet room behind"})
        case "role":
            with database.writing() as session:
                take_role(session, session.scalars(select(Moderator.id)).one(), site_id="news")
        case "disable":
            with database.writing() as session:
                disable(session, "dana@news.example", now=NOW)
    answer = client.get(path)
    if end == "role":
        assert (answer.status_code, answer.get_data().count(b"<entry>")) == (200, 0)
    else:
        assert answer.status_code == 404
