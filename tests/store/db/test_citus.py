"""Citus: checked by its documented rules, over the schema and over all statements. No server here has Citus, so it was not run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from service.commands.support import context
from service.store import Record
from service.store.db.citus import DISTRIBUTED, LOCAL, REFERENCE
from service.store.db.engine import Database
from tests.commands.conftest import run_command
from tests.store.db.citus_rules import CALLABLE, REPLACED, judge
from tests.support.servers import Postgres

#: What takes the place of Citus: it notes what it is asked to distribute.
STAND_IN = """
CREATE TABLE pg_dist_partition (logicalrelid regclass, beside text, at serial);
CREATE TABLE pg_dist_node (groupid int);
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS
  'INSERT INTO pg_dist_partition VALUES ($1, ''everywhere'')';
CREATE FUNCTION create_distributed_table(name regclass, distribution_column text, colocate_with text DEFAULT 'default') RETURNS void
  LANGUAGE sql AS 'INSERT INTO pg_dist_partition VALUES ($1, $3)';
"""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    url = postgres.fresh_database()
    database = Database(url)
    yield database
    database.close()
    postgres.drop_database(url)


def test_each_table_has_one_kind() -> None:
    assert sorted([*DISTRIBUTED, *REFERENCE, *LOCAL]) == sorted(Record.metadata.tables)


def test_the_schema_can_be_distributed_by_site(database: Database) -> None:
    with database.engine.connect() as connection:
        there = inspect(connection)
        for name in DISTRIBUTED:
            keys = [there.get_pk_constraint(name)["constrained_columns"]]
            keys += [unique["column_names"] for unique in there.get_unique_constraints(name)]
            keys += [index["column_names"] for index in there.get_indexes(name) if index["unique"]]
            assert all("site_id" in columns for columns in keys), name
        for name in Record.metadata.tables:
            for key in there.get_foreign_keys(name):
                assert _is_allowed(name, key), (name, key)
        # Citus copies a table with a trigger to the coordinator only.
        assert set(connection.scalars(text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"))) <= LOCAL
        assert _volatile(connection) == set()


def _is_allowed(name: str, key: dict[str, object]) -> bool:
    parent, columns, referred = (key[part] for part in ("referred_table", "constrained_columns", "referred_columns"))
    assert isinstance(columns, list)
    assert isinstance(referred, list)
    if parent in DISTRIBUTED:
        at = columns.index("site_id") if "site_id" in columns else -1
        return name in DISTRIBUTED and at >= 0 and referred[at] == "site_id" and key["options"] == {"ondelete": "CASCADE"}
    return parent in REFERENCE and (name in LOCAL or "site_id" not in columns or key["options"] == {"ondelete": "CASCADE"})


def _volatile(connection: Connection) -> set[str]:
    """What statements that change rows may call, and PostgreSQL knows as having an effect of its own."""
    names = text("SELECT proname FROM pg_proc WHERE provolatile = 'v' AND proname = ANY(:names)")
    return set(connection.scalars(names, {"names": sorted(CALLABLE)}))


@pytest.mark.parametrize(
    ("statement", "objection"),
    [
        ("WITH a AS (SELECT 1) INSERT INTO comment (id, site_id) SELECT 2, 'a'", "an INSERT with a common table expression"),
        ("WITH a AS (INSERT INTO event (id, site_id) VALUES (1, %s) RETURNING id) SELECT id FROM a", "an INSERT in a common table expression"),
        ("INSERT INTO comment (id, site_id) VALUES ((SELECT 1), %s)", "a subquery among the values of an INSERT"),
        ("INSERT INTO note (id, site_id) VALUES (1, %s) ON CONFLICT (id, site_id) DO UPDATE SET site_id = %s", "a change of the site"),
        ("UPDATE comment SET site_id = %s WHERE id = %s", "a change of the site"),
        ("UPDATE comment SET score = random() WHERE id = 1", "functions that are not known to be IMMUTABLE: rand"),
        ("DELETE FROM comment WHERE text = 'now()' AND received_at < now()", "functions that are not known to be IMMUTABLE: current_timestamp"),
        ("UPDATE endpoint SET enabled = false FROM delivery WHERE delivery.endpoint_id = endpoint.id", "a change of a reference table by a distributed one"),
        ("SELECT id FROM comment WHERE id = %s FOR UPDATE", "FOR UPDATE over several sites"),
        ("SELECT id FROM comment WHERE id IN (SELECT id FROM comment WHERE site_id = %s) FOR UPDATE", "FOR UPDATE over several sites"),
        ("SELECT comment.id FROM comment JOIN thread ON thread.id = comment.thread_id WHERE comment.site_id = %s", "tables that are not joined by the site: comment, thread"),
        ("SELECT (SELECT count(*) FROM comment c WHERE c.thread_id = t.id AND c.site_id = t.site_id) FROM thread t", "a subquery with LIMIT or an aggregate for each row of several sites"),
        ("SELECT id FROM thread t WHERE EXISTS (SELECT FROM comment c WHERE c.thread_id = t.id)", "a subquery that belongs to a row of another site"),
        ("SELECT id FROM endpoint e WHERE EXISTS (SELECT FROM delivery d WHERE d.endpoint_id = e.id)", "a subquery that belongs to the row of a reference table"),
        ("SELECT comment.id FROM comment JOIN mail ON mail.event_id = comment.id", "a local table beside a distributed one: mail"),
        ("WITH a AS (UPDATE comment SET claims = 1 RETURNING id) SELECT id FROM a", "a change in a common table expression, over several sites"),
    ],
)  # fmt: skip
def test_what_citus_refuses_is_noticed(statement: str, objection: str) -> None:
    assert objection in judge(statement).objections
    assert not any(replaced.match(statement) for replaced in REPLACED)


@pytest.mark.parametrize(
    ("statement", "is_routed"),
    [
        ("SELECT random() FROM comment WHERE site_id = %s FOR UPDATE SKIP LOCKED", True),
        ("SELECT count(*) FROM comment", False),
        ("SELECT c.id FROM comment c JOIN thread t ON t.id = c.thread_id AND t.site_id = c.site_id WHERE t.site_id = %s", True),
        ("SELECT c.id FROM comment c LEFT JOIN thread t ON t.id = c.thread_id AND t.site_id = c.site_id", False),
        ("SELECT e.id FROM endpoint e WHERE e.id IN (SELECT d.endpoint_id FROM delivery d)", False),
        ("INSERT INTO screen_lease (comment_id, site_id, until) VALUES (%s, %s, %s) ON CONFLICT (comment_id, site_id) DO UPDATE SET until = %s::TIMESTAMP WITH TIME ZONE", True),
        ("WITH due AS (SELECT id FROM comment WHERE site_id = %(a)s LIMIT 1 FOR UPDATE SKIP LOCKED) "
         "UPDATE comment SET claims = 1 WHERE id IN (SELECT id FROM due) AND site_id = %(a)s", True),
        ("INSERT INTO comment (id, site_id, text) VALUES (%s, %s, 'WITH a AS (INSERT INTO b VALUES (random()))') ON CONFLICT DO NOTHING", True),
        ("SELECT m.id FROM mail m JOIN moderator r ON r.id = m.id FOR UPDATE", True),
        ("UPDATE comment SET claims = 1 WHERE id = %s", False),
    ],
)  # fmt: skip
def test_what_citus_takes_is_not_objected_to(statement: str, is_routed: bool) -> None:
    judgement = judge(statement)
    assert (judgement.objections, judgement.is_routed) == ((), is_routed)


def _distribute(*more: str) -> str:
    for known in (context.settings, context.database, context.new_database):
        known.cache_clear()
    try:
        return run_command("db", "distribute", *more).output
    finally:
        context.new_database().close()


def test_the_command_distributes_the_tables_once(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("GREENROOM_HOME", str(tmp_path))
    assert "stands in the way: this database has no Citus" in _distribute("--dry-run")
    assert "GREENROOM_CITUS is not set" in _distribute()
    monkeypatch.setenv("GREENROOM_CITUS", "true")
    keys = text(
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2"
    )
    with database.writing() as session:
        session.connection().exec_driver_sql(STAND_IN)
        before = session.execute(keys).all()
    assert "the coordinator is not a node of the cluster" in _distribute()
    with database.writing() as session:
        session.execute(text("INSERT INTO pg_dist_node VALUES (0)"))
    tried = _distribute("--dry-run")
    assert "stands in the way" not in tried
    assert tried.startswith(f"-- {len(DISTRIBUTED)} tables by site_id")
    assert tried.index("create_reference_table('site')") < tried.index(
        "create_distributed_table('thread', 'site_id', colocate_with => 'none')"
    )
    assert f"distributed: {len(DISTRIBUTED)} tables by site_id, {len(REFERENCE)} on every node" in _distribute()
    assert "all tables are distributed already" in _distribute()
    with database.reading() as session:
        asked = session.execute(text("SELECT logicalrelid::text, beside FROM pg_dist_partition ORDER BY at")).all()
        assert session.execute(keys).all() == before
    assert {row.logicalrelid: row.beside for row in asked} == dict.fromkeys(REFERENCE, "everywhere") | dict.fromkeys(
        DISTRIBUTED, "thread"
    ) | {"thread": "none"}
    assert [name for name, _ in asked].index("thread") == len(REFERENCE)
