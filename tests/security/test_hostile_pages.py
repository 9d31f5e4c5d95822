"""Hostile values in URLs, forms and actions of the pages: no response has a status of 500 or more."""

import base64
import json
import random
from urllib.parse import quote
from uuid import uuid4

import pytest

from service.setting_sources import load
from service.store.tables.accounts import Role
from tests.security.conftest import House
from tests.support.sign_in import Browser, moderator, serving
from tests.web.http.test_hostile_input import NAUGHTY, STRANGE

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOWHERE = "01a20435-267d-77e4-9d04-8ee4c90cd180"
VIEWS = (
    "/queue?{}", "/queue/cards?{}", "/queue/counts?{}", "/decisions?{}", "/decisions.csv?{}", "/charts?{}", "/charts.csv?{}", "/threads?{}", "/settings?{}",
    "/settings/endpoints?{}", "/settings/keys?{}", "/settings/audit-log?{}", "/settings/audit-log.csv?{}", "/settings/moderators?{}", "/account?{}", "/account/two-factor?{}", "/sign-in/code?{}", "/sign-in/oidc/callback?{}", "/sign-in?{}",
)  # fmt: skip
NAMES = ("after", "before", "since", "until", "words", "reason", "thread", "author", "alike", "language", "order", "tab", "site", "who", "to",
         "state", "undone", "done", "next", "days", "table")  # fmt: skip
FORMS = (
    "/queue/decide", "/queue/undo", "/queue/redo", "/queue/return", f"/threads/{NOWHERE}", "/settings/rules", "/settings/rejections", "/settings/retention",
    "/settings/endpoints", f"/settings/endpoints/{NOWHERE}", f"/settings/deliveries/{NOWHERE}", "/settings/keys",
    f"/settings/keys/{NOWHERE}/revoke", "/settings/moderators", f"/settings/moderators/{NOWHERE}", f"/settings/moderators/{NOWHERE}/link",
    "/account/browsers", "/account/preferences", "/account/two-factor", "/sign-in/code",
)  # fmt: skip
FIELDS = ("comment", "act", "note", "reason", "action_id", "view", "words", "state", "url", "events", "scope", "label", "email", "name", "role",
          "code", "text", "hold_everything", "blocked_words", "blocked_domains", "browser", "theme", "language")  # fmt: skip


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+00:00"])
def test_no_moment_in_an_address_breaks_a_page(admin: Browser, moment: str) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps([moment, NOWHERE]).encode()).decode().rstrip("=")
    scored = base64.urlsafe_b64encode(json.dumps([moment, NOWHERE, float("nan")]).encode()).decode().rstrip("=")
    for path in (
        f"/queue?after={cursor}", f"/queue?tab=mine&after={cursor}", f"/queue?order=priority&after={scored}", f"/queue/cards?after={cursor}",
        f"/decisions?after={quote(moment)}~{NOWHERE}", f"/queue/counts?since={quote(moment)}",
    ):  # fmt: skip
        assert admin.get(path).status_code == 200, path


@ON_SQLITE
def test_any_word_in_any_address_is_answered(admin: Browser) -> None:
    for view in VIEWS:
        for name in NAMES:
            for word in random.Random(view + name).sample(NAUGHTY, 2):
                answer = admin.get(view.format(f"{name}={quote(word[:1500], safe='')}"), buffered=True)
                assert answer.status_code < 500, (view, name, word[:40])


def test_any_word_in_any_field_of_any_form_is_answered(admin: Browser, house: House) -> None:
    for path in FORMS:
        for at, word in enumerate(random.Random(path).sample(NAUGHTY, 6)):
            # Each value goes into a third of the fields at a time, so that over all forms every pair is tried.
            form = dict.fromkeys(FIELDS[at % 3 :: 3], word[:1500])
            answer = admin.post(path, form)
            assert answer.status_code < 500, (path, word[:40])
    for act in ("approve", "reject:x\0y", "spam", "escalate", "reject:" + "x" * 5000):
        answer = admin.post("/queue/decide", {"comment": f"{house.comments['held']}:1", "act": act, "note": "\0"})
        assert answer.status_code == 422, act


def test_any_value_in_a_gesture_is_answered(admin: Browser, house: House) -> None:
    whole = {"action_id": str(uuid4()), "act": "reject", "reason": "spam", "note": "", "items": [{"id": NOWHERE, "version": 1}]}
    for name in whole:
        for value in [*STRANGE, *random.Random(name).sample(NAUGHTY, 8)]:
            for path in ("/queue/actions", "/queue/actions/redo"):
                assert admin.send(path, {**whole, name: value}).status_code < 500, (path, name, str(value)[:40])
    item = {"id": house.comments["held"], "version": 1}
    refused = admin.send("/queue/actions", {**whole, "act": "approve", "note": "a\0b", "items": [item]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/note")
    assert admin.send("/account/keys", {"keys": {"next": "\0"}}).json["errors"][0]["pointer"].startswith("/keys/next")


@ON_SQLITE
@pytest.mark.parametrize("told", ["unknown", "192.0.2.1:5555", "[2001:db8::1]:80", "'; --", "fe80::1%eth0", ""])
def test_whatever_a_proxy_tells_of_the_client_is_answered(house: House, told: str) -> None:
    settings = load({**environment_of(house), "GREENROOM_TRUSTED_PROXIES": "1"})
    with serving(settings) as app:
        headers = {"X-Forwarded-For": told}
        sent = app.test_client().post("/f/news", data={"thread": "a", "text": "Words."}, headers=headers)
        assert sent.status_code == 303, told
        assert app.test_client().get("/metrics", headers=headers).status_code == 403


@ON_SQLITE
def test_a_title_that_anybody_can_write_stands_in_no_feed(house: House) -> None:
    page = "https://news.example/new"
    sent = house.nobody.post("/f/news", data={"thread": page, "title": "Nobody looked at these words", "text": "Calm words."})
    assert sent.status_code == 303
    for kind in ("json", "html", "atom", "jsonfeed"):
        feed = house.nobody.get(f"/v1/threads/{quote(page, safe='')}/comments?site=news&format={kind}")
        assert "Nobody looked" not in feed.get_data(as_text=True), kind


@ON_SQLITE
def test_metrics_are_not_for_a_page_whose_name_leads_here(house: House) -> None:
    with serving(load({**environment_of(house), "GREENROOM_PUBLIC_URL": ""})) as app:
        nobody = app.test_client()
        assert nobody.get("/metrics").status_code == 200
        assert nobody.get("/metrics", base_url="http://127.0.0.1:8000").status_code == 200
        assert nobody.get("/metrics", base_url="http://rebound.evil.example:8000").status_code == 403


@ON_SQLITE
def test_a_stolen_browser_cannot_guess_the_password(house: House, admin: Browser) -> None:
    new = {"new": "a quiet room behind the stage", "again": "a quiet room behind the stage"}
    assert admin.post("/account/password", new).status_code == 303
    tries = [admin.post("/account/password", {**new, "old": f"guess number {n}"}).status_code for n in range(6)]
    assert tries == [422] * 5 + [429]


@ON_SQLITE
def test_a_viewer_everywhere_who_is_admin_here_gets_no_link_of_an_admin_everywhere(house: House) -> None:
    small = Browser(house.app).signed_in(moderator(house.database, "small@x.example", Role.VIEWER))
    for site in ("news", "blog"):
        token = moderator(house.database, "small@x.example", Role.ADMIN, site=site)
    small.signed_in(token)
    moderator(house.database, "chief@x.example", Role.ADMIN, site="news")
    moderator(house.database, "chief@x.example", Role.ADMIN)
    from service.store.accounts.moderators import moderator_with

    with house.database.reading() as session:
        chief = moderator_with(session, "chief@x.example").id
    assert small.post(f"/settings/moderators/{chief}/link", {"site": "news"}).status_code == 409


def environment_of(house: House) -> dict[str, str]:
    return {
        "GREENROOM_HOME": str(house.settings.home),
        "DATABASE_URL": house.settings.database,
        "GREENROOM_SECRET_KEY": house.settings.secret_key,
        "GREENROOM_PUBLIC_URL": house.settings.public_url,
    }
