"""Greenroom mails reporters and complainants itself where mail is set up: once, in their language, and nobody who was forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from service.actions.moderation.decide import Actor, undo
from service.actions.reported.answer import keep_reported, remove_reported
from service.actions.reported.complain import ComplaintDraft, complain_as_reporter
from service.actions.reported.forget import forget_reports
from service.actions.reported.report_settings import set_report_rules
from service.actions.webhooks.create_deliveries import create_deliveries
from service.config import Settings
from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db.engine import Database
from service.store.reported.public_json import report_payload
from service.store.tables.accounts import Moderator
from service.store.tables.mails import Mail
from service.store.tables.outbox import Event
from service.store.tables.reported import Report
from tests.actions.reported.reporting import DELAY, draft_of, receive
from tests.support.factories import NOON, PSEUDONYMS, with_comment
from tests.support.smtp_server import SmtpServer, serving_smtp
from workers.periodic.send_mails import send_mails
from workers.resources.worker_resources import WorkerResources

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with serving_smtp("127.0.0.1") as running:
        yield running


@pytest.fixture
def send(settings: Settings, server: SmtpServer, database: Database) -> Iterator[Callable[[], int]]:
    """Turns due events into deliveries and mails, and sends the mails."""
    resources = WorkerResources.open(replace(settings, mail_url=server.url(), mail_from="greenroom@news.example"))

    def deliver_and_send() -> int:
        with database.writing() as session:
            create_deliveries(session, now=LATER, mails=True)
        return send_mails(resources, LATER)

    yield deliver_and_send
    resources.close()


def reported(database: Database, settings: Settings) -> tuple[UUID, UUID]:
    """A published comment and its report by a reader of the German form."""
    comment_id = with_comment(database, state=State.APPROVED)
    received = receive(database, draft_of(comment_id, language="de"))
    with database.writing() as session:
        # The reports of tests are encrypted with a secret of their own.
        sealed = SecretBox.from_secret(settings.secret).encrypt('{"name": "Win at casino.example", "email": "rita@mail.example"}')
        session.get_one(Report, received.report_id).contact = sealed
    return comment_id, received.report_id


def remove(database: Database, comment_id: UUID) -> tuple[UUID, UUID]:
    """Remove a reported comment. Returns the moderator and the decision."""
    dana = new_id()
    with database.writing() as session:
        session.add(Moderator(id=dana, email="dana@news.example", name="Dana", created_at=NOON))
        session.flush()
        done = remove_reported(
            session, "news", comment_id, version=1, action_id=new_id(), moderator_id=dana, reason="insult", now=NOON, delay=DELAY
        )
    return dana, done.decision_id


def webhook_mails(database: Database, settings: Settings, report_id: UUID) -> list[Any]:
    """The mail in each webhook about a report."""
    links, box = ReaderLinks.from_secret(settings.secret, settings.url), SecretBox.from_secret(settings.secret)
    with database.reading() as session:
        report = session.get_one(Report, report_id)
        told = session.scalars(select(Event).where(Event.about_id == report_id).order_by(Event.seq))
        return [report_payload(event, report, {}, "news", links=links, secret_box=box)["mail"] for event in told]


def test_a_reporter_is_mailed_once_about_receipt_and_decision_in_the_language_of_the_form(
    database: Database, settings: Settings, server: SmtpServer, send: Callable[[], int]
) -> None:
    comment_id, report_id = reported(database, settings)
    assert send() == 1
    remove(database, comment_id)
    assert send() == 1
    assert send() == 0
    assert [mail["Subject"] for mail in server.mails] == [
        "Ihre Meldung ist eingegangen",
        "Der gemeldete Kommentar wurde entfernt",
    ]
    assert {mail["To"] for mail in server.mails} == {"rita@mail.example"}
    texts = [mail.get_content() for mail in server.mails]
    assert f"{settings.url}/reported/{report_id.hex}" in texts[0]
    assert "sechs Monate lang auf dieser Seite beschweren" in texts[1]
    # Anybody can type a name, so a mail never repeats it.
    assert "casino" not in "".join(texts)
    assert webhook_mails(database, settings, report_id) == [None, None]
    assert len({mail["Message-ID"] for mail in server.mails}) == 2


def test_a_complainant_is_mailed(database: Database, settings: Settings, server: SmtpServer, send: Callable[[], int]) -> None:
    comment_id, report_id = reported(database, settings)
    dana = new_id()
    with database.writing() as session:
        session.add(Moderator(id=dana, email="dana@news.example", name="Dana", created_at=NOON))
        session.flush()
        keep_reported(session, "news", comment_id, [report_id], version=1, moderator_id=dana, now=NOON, delay=DELAY)
        box = SecretBox.from_secret(settings.secret)
        complain_as_reporter(session, report_id, ComplaintDraft("It names me.", language="ar"), secret_box=box, now=NOON)
    assert send() == 3
    assert {mail["Subject"] for mail in server.mails} >= {"Der gemeldete Kommentar bleibt stehen", "وصلنا اعتراضك"}


def test_an_undone_decision_is_mailed_to_nobody(
    database: Database, settings: Settings, server: SmtpServer, send: Callable[[], int]
) -> None:
    comment_id, _ = reported(database, settings)
    dana, decision_id = remove(database, comment_id)
    with database.writing() as session:
        undo(session, "news", [decision_id], actor=Actor(moderator_id=dana), now=NOON, delay=DELAY)
    assert send() == 1
    assert [mail["Subject"] for mail in server.mails] == ["Ihre Meldung ist eingegangen"]


def test_nobody_who_was_forgotten_is_mailed(database: Database, settings: Settings, send: Callable[[], int]) -> None:
    _, report_id = reported(database, settings)
    with database.writing() as session:
        create_deliveries(session, now=LATER, mails=True)
        forget_reports(session, [report_id], now=LATER)
    assert send() == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 0


@pytest.mark.parametrize("off", ["by the site", "no server"])
def test_the_host_sends_the_mails_where_greenroom_does_not(
    off: str, database: Database, settings: Settings, send: Callable[[], int]
) -> None:
    _, report_id = reported(database, settings)
    with database.writing() as session:
        if off == "by the site":
            set_report_rules(session, "news", hold_from=0, keep=[], mails_readers=False, pseudonyms=PSEUDONYMS)
        else:
            create_deliveries(session, now=LATER)
    assert send() == 0
    [mail] = webhook_mails(database, settings, report_id)
    assert (mail["to"], mail["subject"]) == ("rita@mail.example", "Ihre Meldung ist eingegangen")
