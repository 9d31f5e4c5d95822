"""Where mail is set up, a forgotten password needs no admin, and invitations are sent. A real SMTP server takes the mails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from service.actions.accounts.moderators import disable, set_preferences
from service.actions.accounts.two_factor import begin, confirm
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.audit_events import AuditEvent
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import code_at, step_at
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.tables.accounts import BrowserSession, Role, SignInLink
from service.store.tables.audit_log import AuditEntry
from service.store.tables.mails import Mail
from tests.support.sign_in import Browser, moderator, serving
from tests.support.smtp_server import SmtpServer, serving_smtp
from workers.periodic.send_mails import send_mails
from workers.resources.worker_resources import WorkerResources

OLD, NEW = "a quiet room behind the stage", "another room below the stage"
DANA = "dana@news.example"


@dataclass
class Post:
    """The mail of one Greenroom: what waits is sent when the test asks for it."""

    server: SmtpServer
    worker: WorkerResources

    def link(self, *, to: str = DANA) -> str:
        """Send what waits. Returns the path of the link in the newest mail to this address."""
        send_mails(self.worker)
        mail = [mail for mail in self.server.mails if mail["To"] == to][-1]
        return re.search(r"http://greenroom\.example(/sign-in/\S+)", mail.get_content())[1]


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with serving_smtp("127.0.0.1") as server:
        worker = WorkerResources.open(replace(settings, mail_url=server.url(), mail_from="greenroom@news.example"))
        yield Post(server, worker)
        worker.close()


@pytest.fixture
def app(post: Post, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        for name in ("news", "blog"):
            add_site(session, name, origins=[f"https://{name}.example"], now=datetime.now(UTC))
    with serving(post.worker.settings) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    """An admin with a password."""
    browser = Browser(app).signed_in(moderator(database, DANA, Role.ADMIN))
    browser.post("/account/password", {"new": OLD, "again": OLD})
    return browser


def test_a_forgotten_password_is_replaced_by_a_link_that_came_by_mail(
    app: Flask, dana: Browser, post: Post, database: Database
) -> None:
    stranger = Browser(app)
    assert "Send me a link" in stranger.get("/sign-in").text
    assert stranger.post("/sign-in/link/send", {"email": " DANA@news.example"}).status_code == 200
    link = post.link()
    assert stranger.get(link).status_code == 200
    assert stranger.post(link).location == "/account/first-password"
    # The other browser is signed out, and the link does not work again.
    assert dana.get("/queue").status_code == 303
    assert Browser(app).post(link).status_code == 410
    assert "Set a password" in stranger.get("/account/first-password").text
    assert stranger.post("/account/password", {"first": "1", "new": NEW, "again": NEW}).location == "/queue"
    assert Browser(app).post("/sign-in", {"email": DANA, "password": OLD}).status_code == 422
    assert Browser(app).post("/sign-in", {"email": DANA, "password": NEW}).status_code == 303
    with database.reading() as session:
        entries = session.execute(select(AuditEntry.event, AuditEntry.details)).all()
    assert (AuditEvent.LINK_MADE, {"after": {"by": "mail"}}) in entries
    assert (AuditEvent.SIGNED_IN, {"after": {"by": "mail"}}) in entries


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(
    app: Flask, dana: Browser, post: Post, database: Database
) -> None:
    moderator(database, "gone@news.example")
    with database.writing() as session:
        disable(session, "gone@news.example", now=datetime.now(UTC))
    answers = set()
    for email in (DANA, "nobody@news.example", "gone@news.example"):
        answer = Browser(app).post("/sign-in/link/send", {"email": email})
        answers.add((answer.status_code, answer.text.replace(email, "")))
    assert len(answers) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 3
    send_mails(post.worker)
    assert [mail["To"] for mail in post.server.mails] == [DANA]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_asking_for_links_is_throttled(app: Flask, dana: Browser) -> None:
    for email in (DANA, "nobody@news.example"):
        tries = [Browser(app).post("/sign-in/link/send", {"email": email}).status_code for _ in range(7)]
        assert tries == [200] * 5 + [429] * 2
    assert Browser(app).post("/sign-in", {"email": DANA, "password": OLD}).status_code == 303


def test_what_is_no_address_is_asked_for_again(app: Flask) -> None:
    for email in ("", "dana", "a\0b@c"):
        answer = Browser(app).post("/sign-in/link/send", {"email": email})
        assert answer.status_code == 422
        assert "Type your e-mail address first" in answer.text
    assert Browser(app).post("/sign-in/link/send", {"email": DANA}, origin="https://evil.example").status_code == 403


def test_a_link_by_mail_runs_out_after_an_hour(app: Flask, dana: Browser, post: Post, database: Database) -> None:
    Browser(app).post("/sign-in/link/send", {"email": DANA})
    link = post.link()
    with database.writing() as session:
        valid_until = session.scalar(select(SignInLink.valid_until).where(SignInLink.by_mail))
        assert timedelta(minutes=59) < valid_until - datetime.now(UTC) <= timedelta(hours=1)
        session.execute(update(SignInLink).values(valid_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert Browser(app).post(link).status_code == 410
    assert dana.get("/queue").status_code == 200


def test_a_session_by_mail_sets_a_password_without_the_old_one_for_a_quarter_of_an_hour(
    app: Flask, dana: Browser, post: Post, database: Database
) -> None:
    browser = Browser(app)
    browser.post("/sign-in/link/send", {"email": DANA})
    browser.post(post.link())
    browser.get("/account")
    with database.writing() as session:
        session.execute(update(BrowserSession).values(created_at=datetime.now(UTC) - timedelta(minutes=16)))
    assert browser.post("/account/password", {"new": NEW, "again": NEW}).status_code == 422
    assert browser.post("/account/password", {"old": OLD, "new": NEW, "again": NEW}).status_code == 303


def test_an_admins_link_does_not_replace_a_password(app: Flask, dana: Browser, database: Database) -> None:
    other = Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN))
    other.post("/account/password", {"new": OLD, "again": OLD})
    with database.reading() as session:
        ada = moderator_with(session, "ada@news.example")
    dana.get("/settings/moderators")
    page = dana.post(f"/settings/moderators/{ada.id}/link").text
    link = re.search(r"http://greenroom\.example(/sign-in/[^<\s]+)", page)[1]
    browser = Browser(app)
    browser.post(link)
    browser.get("/account")
    assert browser.post("/account/password", {"new": NEW, "again": NEW}).status_code == 422


def test_two_factor_is_still_asked_for(app: Flask, dana: Browser, post: Post, database: Database) -> None:
    box, now = SecretBox.from_secret(post.worker.settings.secret), datetime.now(UTC)
    with database.writing() as session:
        person = moderator_with(session, DANA)
        begin(session, person.id, secret_box=box)
        secret = box.decrypt(moderator_with(session, DANA).totp_secret)
        confirm(session, person.id, code_at(secret, step_at(now) - 1), secret_box=box, now=now, but="")
    browser = Browser(app)
    browser.post("/sign-in/link/send", {"email": DANA})
    assert browser.post(post.link()).location.startswith("/sign-in/code")
    assert browser.get("/account/first-password").status_code == 303
    answer = browser.post("/sign-in/code", {"code": code_at(secret, step_at(now)), "next": "/account/first-password"})
    assert answer.location == "/account/first-password"
    assert "New password" in browser.get("/account/first-password").text


def test_an_invitation_is_shown_and_sent(app: Flask, dana: Browser, post: Post) -> None:
    dana.get("/settings/moderators")
    page = dana.post("/settings/moderators", {"email": "Mo@news.example", "role": "moderator", "site": "news"})
    assert "also sent to" in page.text
    link = post.link(to="mo@news.example")
    assert link in page.text
    assert Browser(app).post(link).location == "/account/first-password"


def test_an_invitation_to_an_account_is_sent_in_its_language(app: Flask, dana: Browser, post: Post, database: Database) -> None:
    moderator(database, "mo@blog.example", site="blog")
    with database.writing() as session:
        set_preferences(session, moderator_with(session, "mo@blog.example").id, language="de")
    dana.get("/settings/moderators")
    page = dana.post("/settings/moderators", {"email": "mo@blog.example", "role": "moderator", "site": "news"})
    assert post.link(to="mo@blog.example") in page.text
    assert "Greenroom" in post.server.mails[-1]["Subject"] + post.server.mails[-1].get_content()
    assert "eingeladen" in post.server.mails[-1].get_content()


def test_without_mail_the_page_says_who_can_give_a_link(settings: Settings, database: Database) -> None:
    with serving(settings) as plain:
        page = Browser(plain).get("/sign-in").text
        assert "Ask an admin for a sign-in link" in page
        assert "Send me a link" not in page
        assert Browser(plain).post("/sign-in/link/send", {"email": DANA}).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 0
