"""The delivery worker with nothing to do, and sites without endpoints: their events cost next to nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event as listen
from sqlalchemy import func, select, text, update

from service.store.db.engine import Database
from service.store.tables.outbox import Endpoint, Event, EventState
from service.store.webhooks import deliveries
from tests.support.factories import draft, site, submitted
from tests.support.servers import wait_until
from tests.support.webhook_receiver import Receiver
from tests.workers.webhooks.webhook_host import HOUR, Host, deliver, now
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


def test_an_idle_courier_reads_once_and_writes_nothing(host: Host, resources: WorkerResources) -> None:
    said: list[str] = []
    listen.listen(resources.database.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    assert deliver(resources) == 0
    assert len([s for s in said if not s.startswith(("BEGIN", "SELECT 1", "SELECT pg_catalog"))]) <= 2
    assert not any("IMMEDIATE" in s or s.startswith(("UPDATE", "INSERT")) for s in said)


def _judged(database: Database, resources: WorkerResources) -> None:
    """Twenty comments of a site without endpoints."""
    with database.writing() as session:
        site(session)
        submitted(session, *(draft(f"A calm word, number {n}.") for n in range(20)), now=now())
    check_pending(resources, seconds=60.0)


def test_a_verdict_that_no_host_wants_to_hear_of_needs_no_courier(database: Database, resources: WorkerResources) -> None:
    _judged(database, resources)
    with database.reading() as session:
        assert list(session.scalars(select(Event.state))) == [EventState.SENT] * 20


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_endpoint_is_there_only_when_no_verdict_is_under_way_that_did_not_see_it(
    database: Database, resources: WorkerResources
) -> None:
    """A race: a verdict that waits for a thread lock has already looked for endpoints. A new one would miss its event."""

    def waiting() -> int:
        with database.reading_quickly() as session:
            return int(session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")) or 0)

    host = Host(database, resources)
    with database.writing() as session:
        site(session)
        submitted(session, draft("A calm word."), now=now())
    with Receiver() as receiver, ThreadPoolExecutor() as others:
        with database.writing() as session:
            session.execute(text("SELECT 1 FROM thread WHERE site_id = 'news' FOR UPDATE"))
            judged = others.submit(check_pending, resources, seconds=60.0)
            wait_until(lambda: waiting() == 1, what="the verdict, which waits for its thread")
            added = others.submit(host.add_endpoint, receiver)
            wait_until(lambda: waiting() == 2 or added.done(), what="the endpoint, which waits for the verdict")
            assert not added.done()
        judged.result()
        endpoint, _ = added.result()
    with database.reading() as session:
        since = session.get_one(Endpoint, endpoint).events_since
        assert since is not None
        assert session.scalars(select(Event.at)).one() <= since


def test_other_events_of_a_site_without_endpoints_are_put_aside_together(
    database: Database, resources: WorkerResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "IDLE_EVENTS_WAIT", HOUR)
    _judged(database, resources)
    with database.writing() as session:
        session.execute(update(Event).values(state=EventState.DUE))
    assert deliver(resources) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.state == EventState.DUE)) == 20
    with database.writing() as session:
        session.execute(update(Event).values(due_at=now() - 2 * HOUR))
    assert deliver(resources) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.state == EventState.DUE)) == 0
