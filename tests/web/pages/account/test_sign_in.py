"""Signing in: one-time links, passwords, expiring sessions, and forms with CSRF protection."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from service.actions.accounts.moderators import disable, give_role
from service.actions.accounts.sign_in_attempts import count_attempt
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sign_in_attempts import SignInAttempts
from service.web.pages.blueprint import local_path
from tests.support.sign_in import ORIGIN, Browser, moderator, serving
from workers.periodic.delete_attempts import delete_attempts
from workers.resources.worker_resources import WorkerResources

PASSWORD = "a quiet room behind the stage"


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "dana@news.example", Role.ADMIN, name="Dana"))


def test_a_link_signs_in_once_and_looking_at_it_uses_nothing_up(app: Flask, database: Database) -> None:
    token = moderator(database, "dana@news.example")
    browser = Browser(app)
    assert browser.get(f"/sign-in/{token}").status_code == 200
    assert browser.get(f"/sign-in/{token}").status_code == 200
    browser.signed_in(token)
    assert Browser(app).post(f"/sign-in/{token}").status_code == 410
    assert browser.get("/queue").status_code == 200


def test_a_link_that_ran_out_or_was_never_made_says_so(app: Flask, database: Database) -> None:
    assert Browser(app).get("/sign-in/nothing").status_code == 410
    assert Browser(app).post("/sign-in/nothing").status_code == 410


def test_a_signed_out_moderator_comes_back_after_signing_in(dana: Browser, app: Flask) -> None:
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    stranger = Browser(app)
    sent = stranger.get("/queue?site=news&tab=approved")
    assert sent.status_code == 303
    assert sent.location == "/sign-in?next=/queue?site%3Dnews%26tab%3Dapproved"
    form = {"email": " DANA@news.example", "password": PASSWORD, "next": "/queue?site=news&tab=approved"}
    assert stranger.post("/sign-in", form).location == "/queue?site=news&tab=approved"
    assert stranger.get("/queue").status_code == 200


def test_nobody_is_sent_elsewhere(app: Flask) -> None:
    for goal in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x",
        "/\tevil",
    ):
        assert local_path(goal) == "/queue"
        page = Browser(app).get("/sign-in", query_string={"next": goal}).get_data(as_text=True)
        assert 'name="next" value="/queue"' in page


def test_a_wrong_password_and_an_unknown_name_look_the_same(app: Flask, dana: Browser) -> None:
    for email, password in (("dana@news.example", "wrong"), ("nobody@news.example", PASSWORD), ("a\0b@c", "x"), ("", "")):
        answer = Browser(app).post("/sign-in", {"email": email, "password": password})
        assert answer.status_code == 422
        assert "Wrong e-mail or password" in answer.get_data(as_text=True)


def test_guessing_is_throttled(app: Flask, dana: Browser) -> None:
    stranger = Browser(app)
    tries = [stranger.post("/sign-in", {"email": "dana@news.example", "password": str(n)}).status_code for n in range(7)]
    assert tries == [422] * 5 + [429] * 2


def test_guessing_is_throttled_over_all_processes(app: Flask, dana: Browser, settings: Settings) -> None:
    """Two processes that share only the database. One has seen four tries, so by its own count it would allow one more."""
    with serving(settings) as other:
        tries = [
            Browser((app, other)[n % 2]).post("/sign-in", {"email": "dana@news.example", "password": str(n)}).status_code
            for n in range(8)
        ]
    assert tries == [422] * 5 + [429] * 3


def tried(database: Database, settings: Settings, times: int, *, device: str = "") -> None:
    """Somebody has tried Dana's password so often, from this device or from browsers that she never used."""
    bucket = Pseudonymizer.from_secret(settings.secret).sign_in_bucket("password", "dana@news.example", device)
    with database.writing() as session:
        for _ in range(times):
            count_attempt(session, bucket, now=datetime.now(UTC))


def test_strangers_do_not_keep_a_moderator_from_a_browser_that_knows_them(
    app: Flask, dana: Browser, database: Database, settings: Settings
) -> None:
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    dana.post("/sign-out")
    tried(database, settings, 30)
    right = {"email": "dana@news.example", "password": PASSWORD}
    assert Browser(app).post("/sign-in", right).status_code == 429
    # A browser that another person has used is a stranger to Dana's account.
    assert Browser(app).signed_in(moderator(database, "eve@news.example")).post("/sign-in", right).status_code == 429
    assert dana.post("/sign-in", right).status_code == 303
    # A person who is signed in has attempts of their own, too.
    dana.get("/account")
    assert dana.post("/account/password", {"old": PASSWORD, "new": f"{PASSWORD}!", "again": f"{PASSWORD}!"}).status_code == 303
    # A browser that is known guesses no faster.
    device = dana.client.get_cookie("greenroom-device", domain="greenroom.example").value.partition(".")[0]
    tried(database, settings, 5, device=device)
    assert dana.post("/sign-in", right).status_code == 429


def test_an_unknown_address_is_refused_like_a_known_one_with_the_same_number_of_writes(app: Flask, dana: Browser) -> None:
    engine, writes = app.extensions["greenroom"].database.engine, []
    event.listen(engine, "commit", writes.append)
    seen = {}
    for email in ("dana@news.example", "nobody@news.example"):
        writes.clear()
        code = Browser(app).post("/sign-in", {"email": email, "password": "wrong"}).status_code
        seen[email] = (code, len(writes))
    assert len(set(map(str, seen.values()))) == 1


def test_a_right_password_forgets_the_wrong_ones(app: Flask, dana: Browser, database: Database, settings: Settings) -> None:
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    for code in (303, 303):
        tried(database, settings, 4)
        assert Browser(app).post("/sign-in", {"email": "dana@news.example", "password": PASSWORD}).status_code == code


def test_of_who_tried_to_sign_in_only_keyed_hashes_are_stored_for_an_hour(
    app: Flask, database: Database, settings: Settings
) -> None:
    Browser(app).post("/sign-in", {"email": "nobody@news.example", "password": "x"})
    with database.reading() as session:
        rows = session.scalars(select(SignInAttempts)).all()
    assert sorted(row.seconds for row in rows) == [60, 3600]
    bucket = Pseudonymizer.from_secret(settings.secret).sign_in_bucket("password", "nobody@news.example", "")
    assert {row.bucket for row in rows} == {bucket}
    worker = WorkerResources.open(settings)
    assert [delete_attempts(worker, rows[0].ends_at + timedelta(hours=hours)) for hours in (-2, 1)] == [0, 2]
    worker.database.close()


def test_a_new_password_signs_the_other_browsers_out(app: Flask, dana: Browser, database: Database) -> None:
    other = Browser(app).signed_in(moderator(database, "dana@news.example", Role.ADMIN))
    third = Browser(app)
    other.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    third.post("/sign-in", {"email": "dana@news.example", "password": PASSWORD})
    third.get("/account")
    assert third.post("/account/password", {"old": "no", "new": PASSWORD + "!", "again": PASSWORD + "!"}).status_code == 422
    assert third.post("/account/password", {"old": PASSWORD, "new": PASSWORD + "!", "again": PASSWORD + "!"}).status_code == 303
    assert third.get("/queue").status_code == 200
    assert other.get("/queue").status_code == 303


def test_a_session_is_seen_and_ended_from_the_account_page(app: Flask, dana: Browser, database: Database) -> None:
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    other = Browser(app)
    other.post("/sign-in", {"email": "dana@news.example", "password": PASSWORD})
    page = dana.get("/account").get_data(as_text=True)
    ours = [part[:32] for part in page.split('name="browser" value="')[1:]]
    assert len(ours) == 1
    dana.post("/account/browsers", {"browser": ours[0]})
    assert other.get("/queue").status_code == 303
    assert dana.get("/queue").status_code == 200


def test_a_disabled_moderator_is_out_at_once(dana: Browser, database: Database) -> None:
    with database.writing() as session:
        disable(session, "dana@news.example", now=datetime.now(UTC))
    assert dana.get("/queue").status_code == 303


def test_signing_out_ends_the_session_itself(dana: Browser) -> None:
    cookie = dana.client.get_cookie("greenroom", domain="greenroom.example")
    dana.post("/sign-out")
    dana.client.set_cookie("greenroom", cookie.value, domain="greenroom.example")
    assert dana.get("/queue").status_code == 303


def test_a_session_ends_after_idleness_and_after_its_absolute_time(dana: Browser, database: Database) -> None:
    from sqlalchemy import update

    from service.store.tables.accounts import BrowserSession

    with database.writing() as session:
        session.execute(update(BrowserSession).values(seen_at=datetime.now(UTC) - timedelta(hours=13)))
    assert dana.get("/queue").status_code == 303
    with database.writing() as session:
        session.execute(
            update(BrowserSession).values(seen_at=datetime.now(UTC), created_at=datetime.now(UTC) - timedelta(days=8))
        )
    assert dana.get("/queue").status_code == 303


def test_a_form_from_elsewhere_changes_nothing(dana: Browser) -> None:
    for origin in ("https://evil.example", "null", "", "http://greenroom.example.evil.example", "http://greenroom.example:8080"):
        assert dana.post("/sign-out", origin=origin).status_code == 403
    assert dana.get("/queue").status_code == 200


def test_a_form_without_its_token_changes_nothing(dana: Browser) -> None:
    assert dana.post("/sign-out", csrf="").status_code == 403
    assert dana.post("/sign-out", csrf="ü").status_code == 403
    assert dana.get("/queue").status_code == 200


def test_a_viewer_looks_and_decides_nothing(app: Flask, database: Database) -> None:
    viewer = Browser(app).signed_in(moderator(database, "vera@news.example", Role.VIEWER, site="news"))
    assert viewer.get("/queue?site=news").status_code == 200
    assert viewer.post("/queue/decide", {"site": "news"}).status_code == 403
    assert viewer.send("/queue/actions?site=news", {}).status_code == 403


def test_another_site_is_not_there(app: Flask, database: Database) -> None:
    stranger = Browser(app).signed_in(moderator(database, "sam@blog.example", Role.ADMIN, site="blog"))
    assert stranger.get("/queue?site=news").status_code == 404
    assert stranger.post("/queue/decide", {"site": "news"}).status_code == 404
    assert stranger.get("/queue").status_code == 200


def test_a_weaker_role_counts_from_the_next_request(app: Flask, database: Database) -> None:
    browser = Browser(app).signed_in(moderator(database, "mo@news.example", Role.ADMIN, site="news"))
    with database.writing() as session:
        person = moderator_with(session, "mo@news.example")
        give_role(session, person, Role.VIEWER, site_id="news")
    assert browser.get("/queue").status_code == 200
    assert browser.get("/settings").status_code == 403


def test_pages_carry_a_strict_policy_and_hide_from_caches(dana: Browser) -> None:
    for path in ("/queue", "/account", "/sign-in/nothing", "/queue?site=nowhere"):
        headers = dana.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"].startswith("noindex")


def test_over_https_the_cookie_is_bound_to_this_host(settings: Settings, database: Database) -> None:
    from dataclasses import replace

    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    token = moderator(database, "dana@news.example")
    address = "https://greenroom.example"
    with serving(replace(settings, public_url=address)) as app:
        answer = app.test_client().post(f"/sign-in/{token}", base_url=address, headers={"Origin": address})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-greenroom=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert ORIGIN not in cookie


def test_no_other_page_frames_a_page_of_ours(dana: Browser) -> None:
    for path in ("/queue", "/account", "/settings", "/sign-in", "/nowhere-to-be-found"):
        headers = dana.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert path == "/nowhere-to-be-found" or headers["X-Frame-Options"] == "DENY", path
