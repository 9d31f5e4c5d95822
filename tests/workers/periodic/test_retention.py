"""Retention deletes what a site no longer keeps: not too early, not too much, in small steps, and with counts in the log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from service.actions.lifecycle.retention import set_retention
from service.config import Settings
from service.domain.retention import Retention
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event
from service.store.tables.sites import Site
from tests.support.factories import PSEUDONYMS, draft, moved, site, submitted
from workers.periodic import retention
from workers.periodic.expire_idempotency_keys import expire_idempotency_keys
from workers.periodic.retention import apply_retention
from workers.resources.worker_resources import WorkerResources

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
AUTHOR = {"name": "Shown Name", "email": "dana@news.example"}
CONTEXT = {"ip": "192.0.2.7", "user_agent": "quetzalcoatlus/1.0"}


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(settings)
    yield resources
    resources.database.close()


def stored(
    database: Database, site_id: str, state: State, *, days: float, moved_days: float | None = None, text: str = ""
) -> UUID:
    at = NOW - days * DAY
    with database.writing() as session:
        (comment_id,) = submitted(
            session, draft(text or f"{state} {days} words", author=AUTHOR, context=CONTEXT), site_id=site_id, now=at
        )
        if state is not State.PENDING:
            moved(session, comment_id, state)
        moved_at = NOW - (days if moved_days is None else moved_days) * DAY
        session.execute(update(Comment).where(Comment.id == comment_id).values(updated_at=moved_at))
    return comment_id


def kept(database: Database, comment_id: UUID) -> Comment:
    with database.reading() as session:
        return session.get_one(Comment, comment_id)


def test_what_is_due_goes_and_nothing_else(resources: WorkerResources, database: Database) -> None:
    with database.writing() as session:
        site(session)
        site(session, "blog")
        set_retention(session, "news", Retention(rejected=30, personal=10))
    old, late = stored(database, "news", State.REJECTED, days=40), stored(database, "news", State.REJECTED, days=40, moved_days=5)
    fresh, theirs = stored(database, "news", State.REJECTED, days=9), stored(database, "blog", State.REJECTED, days=900)
    shown, held = stored(database, "news", State.APPROVED, days=40), stored(database, "news", State.HELD, days=40)
    # One is erased. Two of the others are old enough that their authors' personal data is deleted.
    assert apply_retention(resources, NOW) == 1 + 2
    assert (kept(database, old).state, kept(database, old).text) == (State.ERASED, "")
    for comment_id in (late, shown):
        one = kept(database, comment_id)
        assert (one.author_key, one.ip_key, one.email_domain, one.context) == ("", "", "", {})
        assert (one.author_name, bool(one.text), one.version) == ("Shown Name", True, 1)
    for comment_id in (fresh, theirs, held):
        assert kept(database, comment_id).author_key
        assert kept(database, comment_id).text
    with database.reading() as session:
        assert [event.comment_id for event in session.scalars(select(Event))] == [old]
        log = session.scalars(select(AuditEntry).where(AuditEntry.actor == "greenroom").order_by(AuditEntry.id)).all()
        assert [(act.event, act.site_id, act.details["after"]["count"]) for act in log] == [
            ("comments_erased", "news", 1),
            ("authors_forgotten", "news", 2),
        ]


def test_it_is_done_once_a_day_and_again_at_once_after_a_change(resources: WorkerResources, database: Database) -> None:
    with database.writing() as session:
        site(session)
        set_retention(session, "news", Retention(rejected=30))
    assert apply_retention(resources, NOW) == 0
    stored(database, "news", State.REJECTED, days=40)
    assert apply_retention(resources, NOW) == 0
    assert apply_retention(resources, NOW + DAY) == 1
    stored(database, "news", State.REJECTED, days=20)
    with database.writing() as session:
        set_retention(session, "news", Retention(rejected=10))
    assert apply_retention(resources, NOW + DAY) == 1
    with database.reading() as session:
        assert session.get_one(Site, "news").policy["retention"]["ran"] == (NOW + DAY).date().isoformat()


def test_it_goes_a_little_at_a_time_until_nothing_is_left(
    resources: WorkerResources, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ERASED", 3), ("FORGOTTEN", 2), ("AT_ONCE", 1)):
        monkeypatch.setattr(retention, name, value)
    with database.writing() as session:
        site(session)
        set_retention(session, "news", Retention(rejected=30, personal=30))
    for n in range(7):
        stored(database, "news", State.REJECTED, days=40 + n)
        stored(database, "news", State.APPROVED, days=40 + n)
    touched = []
    while (count := apply_retention(resources, NOW)) and len(touched) < 20:
        touched.append(count)
        assert count <= 5
    with database.reading() as session:
        left = session.scalars(select(Comment.state).where((Comment.author_key != "") | (Comment.state == State.REJECTED))).all()
    assert left == []
    assert expire_idempotency_keys(resources) == 0


def test_nothing_of_what_went_is_left_in_the_database(resources: WorkerResources, database: Database, settings: Settings) -> None:
    with database.writing() as session:
        site(session)
        set_retention(session, "news", Retention(rejected=30, personal=30))
    stored(database, "news", State.REJECTED, days=40, text="The pterodactylus said so.")
    stored(database, "news", State.APPROVED, days=40)
    gone = (
        "pterodactylus",
        "quetzalcoatlus",
        PSEUDONYMS.author(external_id="", email=AUTHOR["email"]),
        PSEUDONYMS.address(CONTEXT["ip"]),
    )
    apply_retention(resources, NOW)
    with database.reading() as session:
        written = "\n".join(dump.written(session))
    assert not [word for word in gone if word in written]
    if settings.on_sqlite:
        database.wipe()
        for path in settings.home.iterdir():
            content = path.read_bytes() if path.is_file() else b""
            assert not [word for word in gone if word.encode() in content], path.name
