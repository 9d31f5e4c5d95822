"""Citus: checked by its documented rules, over the schema and over all statements. No server here has Citus, so it was not run."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text, update

from service.actions.comments.submit import Accepted, Submission, submit
from service.commands.support import context
from service.domain.draft import DraftThread
from service.domain.ids import thread_id
from service.domain.states import State
from service.setting_sources import load
from service.store import Record
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.outbox import Event
from tests.commands.conftest import run_command
from tests.store.db.citus_rules import CALLABLE, is_combined, objections
from tests.support.factories import PSEUDONYMS, draft, site
from tests.support.servers import Postgres
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SCHEMA = "greenroom_a"
#: What takes the place of Citus: it notes what it is asked to distribute.
STAND_IN = """
CREATE TABLE public.distributed (schema_name text);
CREATE FUNCTION public.citus_schema_distribute(name text) RETURNS void LANGUAGE sql AS 'INSERT INTO public.distributed VALUES ($1)';
CREATE VIEW public.citus_schemas AS SELECT schema_name FROM public.distributed;
"""


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """A migrated database with a schema of its own for Greenroom, as Citus demands."""
    url = postgres.empty_database()
    name = url.rpartition("/")[2]
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = {SCHEMA}, public'))
    engine.dispose()
    database = Database(engine.url.render_as_string(hide_password=False))
    migrate.upgrade(database)
    database.close()
    yield engine.url.render_as_string(hide_password=False)
    postgres.drop_database(url)


def test_the_schema_can_be_distributed_as_a_whole(url: str) -> None:
    database = Database(url)
    with database.reading() as session:
        tables = set(
            session.scalars(
                text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = :s ::regnamespace"), {"s": SCHEMA}
            )
        )
        assert tables == {*Record.metadata.tables, "alembic_version"}
        leaving = "SELECT count(*) FROM pg_constraint c JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid WHERE contype = 'f' AND a.relnamespace <> b.relnamespace"
        assert session.scalar(text(leaving)) == 0
        assert (
            session.scalar(text("SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE relkind = 'r'"))
            == 0
        )
        # What they call when they change rows has no effect of its own.
        volatile = "SELECT count(*) FROM pg_proc WHERE provolatile = 'v' AND proname = ANY(:names)"
        assert session.scalar(text(volatile), {"names": sorted(CALLABLE)}) == 0
    database.close()


@pytest.mark.parametrize(
    ("statement", "objection"),
    [
        ("WITH a AS (SELECT 1) INSERT INTO comment (id) SELECT 2", "an INSERT with a common table expression"),
        ("WITH a AS (INSERT INTO event (id) VALUES (1) RETURNING id) SELECT id FROM a", "an INSERT in a common table expression"),
        ("INSERT INTO comment (id) VALUES ((SELECT 1))", "a subquery among the values of an INSERT"),
        ("UPDATE comment SET score = random() WHERE id = 1", "functions that are not known to be IMMUTABLE: random"),
        ("DELETE FROM comment WHERE text = 'now()' AND received_at < now()", "functions that are not known to be IMMUTABLE: now"),
    ],
)
def test_what_citus_refuses_is_noticed(statement: str, objection: str) -> None:
    assert objection in objections(statement)
    assert not is_combined(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT random() FROM comment FOR UPDATE SKIP LOCKED",
        "INSERT INTO screen_lease (until) VALUES (%s) ON CONFLICT (until) DO UPDATE SET until = %s::TIMESTAMP WITH TIME ZONE",
        "WITH due AS (SELECT id FROM comment LIMIT 1 FOR UPDATE SKIP LOCKED) UPDATE comment SET claims = 1 WHERE id IN (SELECT id FROM due)",
        "INSERT INTO comment (id, text) VALUES (%s, 'WITH a AS (INSERT INTO b VALUES (random()))') ON CONFLICT DO NOTHING",
    ],
)
def test_what_citus_takes_is_not_objected_to(statement: str) -> None:
    assert objections(statement) == ()


def _distribute(*more: str) -> str:
    for known in (context.settings, context.database, context.new_database):
        known.cache_clear()
    try:
        return run_command("db", "distribute", *more).output
    finally:
        context.new_database().close()


def test_the_command_distributes_the_schema_once(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("GREENROOM_HOME", str(tmp_path))
    bare = _distribute("--dry-run")
    assert bare.startswith(f"SELECT citus_schema_distribute('{SCHEMA}')\nstands in the way: this database has no Citus"), (
        bare.output
    )
    assert "GREENROOM_CITUS is not set" in _distribute()
    monkeypatch.setenv("GREENROOM_CITUS", "true")
    database = Database(url)
    with database.writing() as session:
        session.connection().exec_driver_sql(STAND_IN)
    assert _distribute("--dry-run") == f"SELECT citus_schema_distribute('{SCHEMA}')\n"
    assert f"the schema {SCHEMA} is distributed;" in _distribute()
    assert "is distributed already" in _distribute()
    with database.reading() as session:
        assert session.scalars(text("SELECT schema_name FROM distributed")).all() == [SCHEMA]
    database.close()


def test_a_comment_lives_on_statements_that_citus_takes(url: str, tmp_path: Path) -> None:
    """A statement that Citus refuses would raise here (`watch_statements`)."""
    secret = "a secret that only the tests know, long enough"
    settings = load(
        {"DATABASE_URL": url, "GREENROOM_CITUS": "true", "GREENROOM_HOME": str(tmp_path), "GREENROOM_SECRET_KEY": secret}
    )
    database, now = Database.of(settings), datetime.now(UTC)
    calm = replace(draft("A calm word."), thread=DraftThread("page", title="Calm", url="https://news.example/page"))
    once, shut = Submission("news", calm, key="once", by_host=True), Submission("news", draft("Too late.", thread="shut"))
    with database.writing() as session:
        site(session)
        submit(session, [shut, once], pseudonyms=PSEUDONYMS, now=now)
        session.execute(update(Thread).where(Thread.external_id == "shut").values(state=ThreadState.CLOSED))
    with database.writing() as session:
        newer = replace(calm, thread=replace(calm.thread, title="Calmer"), text="Another calm word.")
        outcomes = submit(session, [once, shut, Submission("news", newer, by_host=True)], pseudonyms=PSEUDONYMS, now=now)
    assert [isinstance(outcome, Accepted) for outcome in outcomes] == [True, False, True]
    resources = WorkerResources.open(settings)
    check_pending(resources)
    resources.close()
    with database.reading() as session:
        page = session.get_one(Thread, thread_id("news", "page"))
        assert (page.title, page.approved) == ("Calmer", 2)
        assert session.scalars(select(Comment.state)).all() == [State.APPROVED] * 3
        assert session.scalars(select(Event.seq)).all() == [1, 1, 1]
    database.close()
