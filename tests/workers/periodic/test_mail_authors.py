"""An author who asks for it is mailed once a person has decided, where the site offers it; then their address is gone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from service.actions.comments.author_addresses import MOST_EACH
from service.actions.comments.edit_erase import erase
from service.actions.lifecycle.retention import forget_authors
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.reported.report_settings import set_report_rules
from service.config import Settings
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle.dump import tables
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment
from service.web.app import create_app
from tests.support.factories import PSEUDONYMS, site
from tests.support.smtp_server import SmtpServer, serving_smtp
from workers.periodic.mail_authors import mail_decisions
from workers.periodic.send_mails import send_mails
from workers.resources.worker_resources import WorkerResources

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BY_KEY = Actor(key_id=UUID(int=1))
EMAIL = "ada@private.example"
SOON, HOUR = timedelta(seconds=90), timedelta(hours=1)


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpServer]:
    with serving_smtp("127.0.0.1") as server:
        yield server


@pytest.fixture
def mailing(settings: Settings, server: SmtpServer, database: Database) -> Settings:
    """The settings of an installation that sends mails. Its site offers them to authors."""
    server.mails.clear()
    with database.writing() as session:
        site(session)
        set_report_rules(session, "news", hold_from=0, keep=(), mails_authors=True, pseudonyms=PSEUDONYMS)
    return replace(settings, mail_url=server.url(), mail_from="greenroom@news.example")


@pytest.fixture
def app(mailing: Settings) -> Iterator[Flask]:
    app = create_app(mailing)
    yield app
    app.extensions["greenroom"].close()


@pytest.fixture
def worker(mailing: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(mailing)
    yield resources
    resources.close()


def sends(app: Flask, database: Database, text: str = "A calm word.", **more: str) -> UUID:
    """A reader sends the form. Their comment then waits in the queue."""
    form = {"thread": "https://news.example/page", "text": text, "name": "Ada", "email": EMAIL, "mail_me": "on", **more}
    assert app.test_client().post("/f/news", data=form).status_code == 303
    with database.writing() as session:
        comment = session.scalars(select(Comment).order_by(Comment.received_at.desc(), Comment.id.desc()).limit(1)).one()
        comment.state, comment.context = State.HELD, {**comment.context, "language": "de"}
        return comment.id


def decides(database: Database, comment_id: UUID, state: State, reason: str = "") -> None:
    with database.writing() as session:
        ruling = Ruling(comment_id, state, None, reason=reason)
        decide(session, "news", [ruling], actor=BY_KEY, now=datetime.now(UTC), delay=timedelta(0))


def addresses(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuthorAddress)) or 0


def mailed(worker: WorkerResources, after: timedelta) -> int:
    now = datetime.now(UTC) + after
    mail_decisions(worker, now)
    return send_mails(worker, now)


@pytest.mark.parametrize(
    ("state", "subject", "link"),
    [
        (State.APPROVED, "Ihr Kommentar auf news ist veröffentlicht", "https://news.example/page"),
        (State.REJECTED, "Ihr Kommentar auf news wird nicht veröffentlicht", "/complaint/"),
    ],
)
def test_an_author_is_mailed_once_a_person_has_decided(
    app: Flask, database: Database, worker: WorkerResources, server: SmtpServer, state: State, subject: str, link: str
) -> None:
    comment_id = sends(app, database)
    with database.reading() as session:
        (row,) = session.scalars(select(AuthorAddress))
        assert EMAIL not in row.encrypted
        assert SecretBox.from_secret(worker.settings.secret).decrypt(row.encrypted) == EMAIL
    assert mailed(worker, HOUR) == 0
    decides(database, comment_id, state)
    assert [mailed(worker, timedelta(0)), addresses(database)] == [0, 1]
    assert [mailed(worker, SOON), addresses(database), mailed(worker, HOUR)] == [1, 0, 0]
    (mail,) = server.mails
    assert (mail["To"], mail["Subject"]) == (EMAIL, subject)
    text = mail.get_content()
    assert link in text
    assert "calm" not in text
    assert "Ada" not in text


def test_nobody_is_mailed_about_spam_or_what_the_checks_decided_alone(
    app: Flask, database: Database, worker: WorkerResources
) -> None:
    decides(database, sends(app, database), State.REJECTED, reason="spam")
    sends(app, database, "Another word.")
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.state == State.HELD).values(state=State.APPROVED))
    assert [mailed(worker, HOUR), addresses(database)] == [0, 0]


@pytest.mark.parametrize("why", ["not asked", "no address", "site does not offer it", "no mail server"])
def test_an_address_is_kept_only_for_who_asked(app: Flask, database: Database, settings: Settings, why: str) -> None:
    if why == "site does not offer it":
        with database.writing() as session:
            set_report_rules(session, "news", hold_from=0, keep=(), mails_authors=False, pseudonyms=PSEUDONYMS)
    without = create_app(settings) if why == "no mail server" else app
    is_offered = why in ("not asked", "no address")
    form = without.test_client().get
    assert ("mail_me" in form("/f/news?thread=x").get_data(as_text=True)) == is_offered
    assert form("/f/news?thread=x", headers={"Accept": "application/json"}).json["mails"] == is_offered
    sends(without, database, **{"not asked": {"mail_me": ""}, "no address": {"email": ""}}.get(why, {}))
    if without is not app:
        without.extensions["greenroom"].close()
    assert addresses(database) == 0


@pytest.mark.parametrize("end", ["erased", "anonymised", "old"])
def test_an_address_is_forgotten_with_its_comment_and_after_two_weeks(
    app: Flask, database: Database, worker: WorkerResources, end: str
) -> None:
    comment_id = sends(app, database)
    with database.writing() as session:
        if end == "erased":
            erase(session, "news", comment_id, now=datetime.now(UTC))
        elif end == "anonymised":
            forget_authors(session, [comment_id])
    mail_decisions(worker, datetime.now(UTC) + timedelta(days=13))
    assert addresses(database) == (end == "old")
    mail_decisions(worker, datetime.now(UTC) + timedelta(days=15))
    assert addresses(database) == 0


def test_nobody_can_have_a_stranger_flooded_with_mails(app: Flask, database: Database) -> None:
    for number in range(MOST_EACH + 2):
        sends(app, database, f"Word {number}.")
    assert addresses(database) == MOST_EACH


def test_addresses_of_authors_are_in_no_copy(database: Database) -> None:
    assert AuthorAddress.__tablename__ not in {one.name for one in tables()}
