"""Moderators get the mails that they chose: at their hours, about their sites, once; and each mail can be stopped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from service.actions.accounts.message_choices import choose_mails
from service.actions.accounts.moderators import add_moderator, disable, give_role, set_preferences
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from tests.support.factories import draft, site, submitted
from tests.support.smtp_server import SmtpServer, serving_smtp
from workers.periodic.mail_moderators import mail_moderators
from workers.periodic.send_mails import send_mails
from workers.resources.worker_resources import WorkerResources

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: Eight o'clock in Berlin is seven in UTC.
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpServer]:
    with serving_smtp("127.0.0.1") as server:
        yield server


@pytest.fixture
def worker(settings: Settings, server: SmtpServer) -> Iterator[WorkerResources]:
    server.mails.clear()
    resources = WorkerResources.open(replace(settings, mail_url=server.url(), mail_from="greenroom@news.example"))
    yield resources
    resources.close()


@pytest.fixture
def dana(database: Database) -> UUID:
    """A moderator of one of two sites. Both have comments that wait."""
    with database.writing() as session:
        site(session)
        site(session, "blog")
        person = add_moderator(session, "dana@news.example", name="Dana", now=MORNING)
        give_role(session, person, Role.MODERATOR, site_id="news")
        author = {"name": "Ada", "email": "ada@private.example"}
        submitted(session, *(draft(f"A calm word {n}.", author=author) for n in range(3)), now=MORNING - 5 * HOUR)
        submitted(session, draft("Elsewhere."), site_id="blog", now=MORNING - 90 * HOUR)
        session.execute(update(Comment).values(state=State.HELD))
        return person.id


def choose(database: Database, dana: UUID, *, hours: tuple[int, ...] = (), old_after: int = 0, language: str = "en") -> None:
    with database.writing() as session:
        choose_mails(
            session, dana, hours=hours, old_after=old_after, language=language, zone="Europe/Berlin", now=MORNING - 10 * HOUR
        )


def empty(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Comment).values(state=State.APPROVED))


def mailed(worker: WorkerResources, now: datetime) -> int:
    mail_moderators(worker, now)
    return send_mails(worker, now)


def test_a_digest_comes_at_the_chosen_hour_of_ones_own_clock(
    worker: WorkerResources, server: SmtpServer, database: Database, dana: UUID
) -> None:
    choose(database, dana, hours=(8, 17))
    moments = (MORNING - HOUR / 60, MORNING, MORNING + HOUR / 60, MORNING + 9 * HOUR)
    assert [mailed(worker, now) for now in moments] == [0, 1, 0, 1]
    mail = server.mails[0]
    text = mail.get_content()
    assert (mail["To"], mail["Subject"]) == ("dana@news.example", "Comments that wait: 3")
    assert "news: comments that wait: 3, the oldest since 2026-03-02 03:00." in text
    assert f"{worker.settings.url}/queue?site=news" in text
    for absent in ("blog", "calm", "Ada", "private.example"):
        assert absent not in text
    stop = dict(mail.raw_items())["List-Unsubscribe"].strip("<>")
    assert stop in text
    assert stop.startswith(f"{worker.settings.url}/mails/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_there_is_no_digest_where_nothing_waits(worker: WorkerResources, database: Database, dana: UUID) -> None:
    choose(database, dana, hours=(8,))
    empty(database)
    assert mailed(worker, MORNING) == 0
    with database.writing() as session:
        session.execute(update(Comment).values(state=State.HELD))
    assert [mailed(worker, MORNING + HOUR), mailed(worker, MORNING + 24 * HOUR)] == [0, 1]


def test_an_old_queue_is_told_once_until_it_was_empty_or_a_day_has_passed(
    worker: WorkerResources, server: SmtpServer, database: Database, dana: UUID
) -> None:
    choose(database, dana, old_after=360, language="de")
    assert [mailed(worker, MORNING + n * HOUR) for n in (0, 2, 3, 20, 27)] == [0, 1, 0, 0, 1]
    assert server.mails[0]["Subject"] == "Ein Kommentar wartet seit mehr als 360 Minuten"
    empty(database)
    assert mailed(worker, MORNING + 28 * HOUR) == 0
    with database.writing() as session:
        session.execute(update(Comment).values(state=State.HELD))
    assert mailed(worker, MORNING + 29 * HOUR) == 1


def test_who_was_disabled_or_has_no_site_gets_no_mail(worker: WorkerResources, database: Database, dana: UUID) -> None:
    choose(database, dana, hours=(8,), old_after=1)
    with database.writing() as session:
        disable(session, "dana@news.example", now=MORNING)
        other = add_moderator(session, "mo@news.example", now=MORNING)
        choose_mails(session, other.id, hours=(8,), old_after=1, language="en", zone="UTC", now=MORNING - HOUR)
    assert mailed(worker, MORNING + 5 * HOUR) == 0


def test_the_preferences_of_the_account_come_first(
    worker: WorkerResources, server: SmtpServer, database: Database, dana: UUID
) -> None:
    with database.writing() as session:
        set_preferences(session, dana, language="ar", time_zone="Asia/Kolkata")
    choose(database, dana, hours=(8,))
    assert [mailed(worker, now) for now in (MORNING - 5 * HOUR, MORNING - 4.5 * HOUR)] == [0, 1]
    assert "تعليقات تنتظر" in server.mails[0].get_content()


def test_without_a_mail_server_nothing_is_queued(settings: Settings, database: Database, dana: UUID) -> None:
    choose(database, dana, hours=(8,))
    resources = WorkerResources.open(settings)
    assert mail_moderators(resources, MORNING) == 0
    resources.close()
