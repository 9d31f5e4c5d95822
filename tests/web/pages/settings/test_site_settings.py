"""The other pages: rules, endpoints, keys, moderators, threads and the history of decisions."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.policy.judge import BEYOND_DOUBT
from service.domain.states import State
from service.store.accounts.moderators import moderator_with, roles_of
from service.store.comments.check_input import rules_of
from service.store.db.engine import Database
from service.store.sites.word_lists import lists_of
from service.store.tables.accounts import Role
from service.store.tables.comments import Thread
from service.store.tables.outbox import Delivery, Endpoint
from service.store.tables.sites import ApiKey, Site
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator, serving


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    """An admin of one site."""
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))


def test_every_page_is_for_its_role_alone(app: Flask, database: Database, ada: Browser) -> None:
    mo = Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news"))
    for path in ("/settings", "/settings/endpoints", "/settings/keys", "/settings/moderators"):
        assert ada.get(path).status_code == 200, path
        assert mo.get(path).status_code == 403, path
        assert ada.get(f"{path}?site=blog").status_code == 404, path
        assert Browser(app).get(path).status_code == 303, path
        if path != "/settings":
            assert mo.post(path).status_code == 403, path
    for path in ("/threads", "/decisions", "/decisions.csv"):
        assert mo.get(path).status_code == 200, path
        assert Browser(app).get(path).status_code == 303, path


def test_rules_are_kept_in_the_shape_that_checks_read(ada: Browser, database: Database) -> None:
    form = {
        "site": "news",
        "hold_everything": "on",
        "spam_waits": "on",
        "blocked_words": "Foo*\r\n\r\n foo* \r\nbar  baz",
        "blocked_domains": "Spam.Example",
    }
    assert ada.post("/settings/rules", form).status_code == 303
    with database.reading() as session:
        site = session.get(Site, "news")
        lists = lists_of(session, site)
    assert site.hold_everything
    assert rules_of(site).beyond_doubt is None
    assert rules_of(Site(policy={}, hold_everything=False)).beyond_doubt == BEYOND_DOUBT
    assert lists["blocked_words"] == ("foo*", "bar baz")
    assert lists["blocked_domains"] == ("spam.example",)


def test_the_languages_that_a_site_takes_unseen_stand_on_the_page_and_in_the_log(ada: Browser, database: Database) -> None:
    assert "Those in other languages wait for a person" in html_of(ada.get("/settings"))
    assert ada.post("/settings/rules", {"site": "news", "languages": "de, FR"}).status_code == 303
    assert 'name="languages" value="de, fr"' in html_of(ada.get("/settings"))
    with database.reading() as session:
        assert session.get(Site, "news").policy["languages"] == ["de", "fr"]
    assert "de, fr" in html_of(ada.get("/settings/audit-log?site=news&event=rules_set"))
    ada.post("/settings/rules", {"site": "news", "languages": ""})
    with database.reading() as session:
        assert session.get(Site, "news").policy["languages"] == []


def test_the_addresses_of_a_sites_pages_are_changed_on_the_page(ada: Browser, database: Database) -> None:
    assert (
        ada.post("/settings/rules", {"site": "news", "origins": "https://News.example:443\r\nhttps://a.example"}).status_code
        == 303
    )
    assert "https://news.example\nhttps://a.example</textarea>" in html_of(ada.get("/settings"))
    refused = ada.post("/settings/rules", {"site": "news", "origins": "https://a.example/blog"})
    assert refused.status_code == 422
    assert "Addresses of your pages: " in html_of(refused)
    assert "leave out all but scheme, host and port: https://a.example" in html_of(refused)
    with database.reading() as session:
        assert session.get(Site, "news").origins == ["https://news.example", "https://a.example"]


def test_a_site_gets_another_name(ada: Browser, database: Database) -> None:
    ada.get("/settings")
    assert ada.post("/settings/rules", {"site": "news", "name": "The Daily News"}).status_code == 303
    assert 'value="The Daily News"' in html_of(ada.get("/settings"))
    with database.reading() as session:
        assert session.get(Site, "news").name == "The Daily News"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("languages", "German"),
        ("time_zone", "Mars/Olympus"),
        ("name", "n" * 201),
        ("blocked_words", "*"),
        ("blocked_domains", "http://spam.example/x"),
        ("held_words", "x" * 201),
    ],
)
def test_a_rule_that_cannot_work_is_refused_and_what_was_typed_stays(
    ada: Browser, database: Database, field: str, value: str
) -> None:
    answer = ada.post("/settings/rules", {"site": "news", field: value})
    assert answer.status_code == 422
    assert value in html_of(answer)
    with database.reading() as session:
        site = session.get(Site, "news")
        assert not site.policy.get(field)
        assert not any(lists_of(session, site).values())


def test_a_sites_own_reasons_stand_on_the_cards_and_their_text_goes_to_the_host(ada: Browser, database: Database) -> None:
    form = {"site": "news", "code": ["", ""], "label": ["Rude tone", ""], "text": ["Please stay kind.", "unused"]}
    assert ada.post("/settings/rejections", form).status_code == 303
    sow(database, "news", [Seed("one")])
    page = html_of(ada.get("/queue"))
    assert "Rude tone" in page
    assert "Insult or attack" not in page
    comment = re.search(r'type="hidden" name="comment" value="([^"]+)"', page)[1]
    ada.post("/queue/decide", {"site": "news", "comment": comment, "act": "reject:rude_tone"})
    assert "Rude tone: Please stay kind." in html_of(ada.get("/decisions"))


def test_a_key_is_shown_once_and_can_be_revoked(ada: Browser, database: Database) -> None:
    made = html_of(ada.post("/settings/keys", {"site": "news", "scope": ["submit", "read"], "label": "web"}))
    token = re.search(r"grk_[0-9a-f]{48}", made)[0]
    assert token not in html_of(ada.get("/settings/keys"))
    with database.reading() as session:
        key = session.scalar(select(ApiKey))
        assert key.scopes == ["submit", "read"]
    ada.post(f"/settings/keys/{key.id}/revoke", {"site": "news"})
    assert "revoked" in html_of(ada.get("/settings/keys"))
    assert ada.post("/settings/keys", {"site": "news"}).status_code == 422


def test_a_new_moderator_gets_a_link_and_only_that_role(app: Flask, ada: Browser, database: Database) -> None:
    form = {"site": "news", "email": "Nia@News.example", "name": "Nia", "role": "moderator"}
    link = re.search(r"/sign-in/[\w-]+", html_of(ada.post("/settings/moderators", form)))[0]
    nia = Browser(app).signed_in(link.removeprefix("/sign-in/"))
    assert nia.get("/queue?site=news").status_code == 200
    assert nia.get("/settings").status_code == 403
    with database.reading() as session:
        person = moderator_with(session, "nia@news.example")
        assert roles_of(session, person) == {"news": Role.MODERATOR}
    ada.post(f"/settings/moderators/{person.id}", {"site": "news", "role": "none"})
    assert nia.get("/queue?site=news").status_code == 404


def test_nobody_gets_a_link_to_an_account_that_reaches_beyond_his_own_sites(app: Flask, ada: Browser, database: Database) -> None:
    moderator(database, "bea@blog.example", Role.ADMIN, site="blog")
    moderator(database, "root@everywhere.example", Role.ADMIN)
    for email in ("bea@blog.example", "root@everywhere.example"):
        answer = ada.post("/settings/moderators", {"site": "news", "email": email, "role": "viewer"})
        # At most an invitation, which gives no access by itself.
        for token in re.findall(r"/sign-in/([\w-]{20,})", html_of(answer)):
            assert Browser(app).post(f"/sign-in/{token}").status_code == 403
        with database.reading() as session:
            person = moderator_with(session, email)
        answer = ada.post(f"/settings/moderators/{person.id}/link", {"site": "news"})
        assert answer.status_code == (404 if "bea" in email else 409)
        assert "/sign-in/" not in html_of(answer).replace("/sign-in/'", "")


def test_an_admin_changes_neither_himself_nor_strangers(ada: Browser, database: Database) -> None:
    moderator(database, "bea@blog.example", Role.ADMIN, site="blog")
    with database.reading() as session:
        me, stranger = moderator_with(session, "ada@news.example"), moderator_with(session, "bea@blog.example")
    assert ada.post(f"/settings/moderators/{me.id}", {"site": "news", "role": "none"}).status_code == 409
    assert ada.post(f"/settings/moderators/{stranger.id}", {"site": "news", "role": "none"}).status_code == 404


def test_a_thread_is_closed_and_opened(ada: Browser, database: Database) -> None:
    sow(database, "news", [Seed("one", thread="50% off_")])
    with database.reading() as session:
        thread = session.scalar(select(Thread))
    assert "50% off_" in html_of(ada.get("/threads?words=50%25+off_"))
    assert "Nothing found" in html_of(ada.get("/threads?words=%25%25"))
    saved = ada.post(f"/threads/{thread.id}", {"site": "news", "state": "closed"})
    assert "Comments on the article are closed." in html_of(ada.get(saved.location))
    with database.reading() as session:
        assert session.get(Thread, thread.id).state == "closed"
    assert ada.post(f"/threads/{thread.id}", {"site": "news", "state": "burnt"}).status_code == 422


def test_an_endpoint_lives_on_its_page(ada: Browser, database: Database) -> None:
    add = {"site": "news", "url": "https://news.example/hook", "event": ["comment.approved", "comment.rejected"]}
    made = html_of(ada.post("/settings/endpoints", add))
    secret = re.search(r"whsec_[\w+/=]+", made)[0]
    with database.reading() as session:
        endpoint = session.scalar(select(Endpoint))
    path = f"/settings/endpoints/{endpoint.id}"
    assert secret not in html_of(ada.get(path))
    for act in ("test", "disable", "enable", "replay"):
        assert ada.post(path, {"site": "news", "act": act}).status_code == 303, act
    assert "greenroom.test" in html_of(ada.get(path))
    rotated = re.search(r"whsec_[\w+/=]+", html_of(ada.post(path, {"site": "news", "act": "rotate"})))[0]
    assert rotated != secret
    assert (
        ada.post(path, {"site": "news", "act": "change", "url": "http://127.0.0.1/x", "event": "comment.held"}).status_code == 422
    )
    assert ada.post(path, {"site": "news", "act": "burn"}).status_code == 422
    with database.reading() as session:
        delivery = session.scalar(select(Delivery))
    assert ada.post(f"/settings/deliveries/{delivery.id}", {"site": "news"}).status_code == 303
    assert ada.get(f"{path}?site=blog").status_code == 404
    assert ada.post(path, {"site": "news", "act": "remove"}).status_code == 303
    assert "No webhooks yet" in html_of(ada.get("/settings/endpoints"))


def test_an_address_that_cannot_be_told_is_refused(ada: Browser) -> None:
    for url in ("", "javascript:alert(1)", "http://10.0.0.1/", "https://", "x" * 3000, "http://[::1"):
        assert ada.post("/settings/endpoints", {"site": "news", "url": url, "event": "comment.held"}).status_code == 422, url


def test_the_history_says_who_what_when_and_why_and_can_be_taken_along(ada: Browser, database: Database) -> None:
    sow(database, "news", [Seed("=HYPERLINK(1)", "+Eve", minutes=9), Seed("two", "Bo", minutes=5)])
    for act in ("reject:insult", "approve"):
        comment = re.search(r'type="hidden" name="comment" value="([^"]+)"', html_of(ada.get("/queue")))[1]
        ada.post("/queue/decide", {"site": "news", "comment": comment, "act": act})
    page = html_of(ada.get("/decisions"))
    assert "insult" in page
    assert "rejected" in page
    assert "=HYPERLINK" not in html_of(ada.get("/decisions?to=approved"))
    assert "Nothing found" in html_of(ada.get("/decisions?since=2199-01-01"))
    file = ada.get("/decisions.csv")
    rows = list(csv.DictReader(io.StringIO(file.get_data(as_text=True))))
    assert [(row["who"], row["to"], row["reason"]) for row in rows] == [("Ada", "approved", ""), ("Ada", "rejected", "insult")]
    assert (rows[1]["text"], rows[1]["author"]) == ("'=HYPERLINK(1)", "'+Eve")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_broken_filter_is_no_filter(ada: Browser) -> None:
    for query in ("who=x", "to=x", "since=x", "until=9999-12-31", "after=x~y", "reason=%00", "since=0001-01-01"):
        assert ada.get(f"/decisions?{query}").status_code == 200, query
        assert ada.get(f"/decisions.csv?{query}").status_code == 200, query


def test_how_long_things_are_kept_is_set_and_shown_with_what_goes(ada: Browser, database: Database) -> None:
    sow(
        database,
        "news",
        [Seed("Old words.", state=State.REJECTED, minutes=60 * 24 * 200), Seed("New words.", state=State.REJECTED)],
    )
    assert (
        ada.post("/settings/retention", {"site": "news", "rejected": "205", "personal": "", "confirm": "yes"}).status_code == 303
    )
    page = ada.get("/settings?site=news").get_data(as_text=True)
    assert "Will be deleted today: 0. Within 7 days: 1." in page
    ada.post("/settings/retention", {"site": "news", "rejected": "30", "personal": "30", "confirm": "yes"})
    assert ada.get("/settings?site=news").get_data(as_text=True).count("Will be deleted today: 1. Within 7 days: 1.") == 2
    for wrong in ("0", "-1", "4000", "x", "1e3", "٣"):
        assert ada.post("/settings/retention", {"site": "news", "rejected": wrong}).status_code == 422, wrong
