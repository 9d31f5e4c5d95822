"""The migrations: one line of revisions that brings an empty or a filled database to the schema of the code."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, DateTime, Float, Integer, MetaData, Table, Uuid, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON

from service.setting_sources import load
from service.store import Record
from service.store.db import migrate
from service.store.db.engine import Database
from tests.support.servers import Postgres

FIRST = "0100"
DOWNWARDS = "ix_comment_priority"
#: Before the first release: rows of the version before lack the site that belongs to every key.
NEEDS_A_PAUSE, BEFORE_SITES = "0128", "0127"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        database = Database(load({"DATABASE_URL": server.empty_database()}).database)
    yield database
    database.close()


def test_the_history_is_one_line() -> None:
    script = ScriptDirectory.from_config(migrate._config())
    assert len(script.get_heads()) == 1
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert revisions[-1] == FIRST


def test_an_empty_database_becomes_what_the_models_say(empty: Database) -> None:
    assert migrate.current(empty) is None
    assert migrate.upgrade(empty) == (None, migrate.newest())
    assert migrate.upgrade(empty) == (migrate.newest(), migrate.newest())
    with empty.engine.connect() as connection:
        assert _differences(connection) == []


def _differences(connection: Connection) -> list[Any]:
    """The differences between the models and the database. SQLite does not report that an index is descending, so such an
    index is compared only by its statement."""

    def comparable(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "index" and name == DOWNWARDS and connection.dialect.name == "sqlite")

    if connection.dialect.name == "sqlite":
        written = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": DOWNWARDS})
        assert "score DESC, received_at, id" in written
    options = {"compare_type": False, "include_object": comparable}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Record.metadata))


def test_the_version_before_goes_on_writing_while_a_new_one_is_there(empty: Database) -> None:
    """A rolling update: after each revision, statements of the version before it, without the new columns, still work."""
    first, *later = reversed([revision.revision for revision in ScriptDirectory.from_config(migrate._config()).walk_revisions()])
    _upgrade(empty, first)
    for revision in later:
        before = _tables(empty)
        _upgrade(empty, revision)
        _fill(empty, _tables(empty) if revision == NEEDS_A_PAUSE else before)
        with empty.engine.connect() as connection:
            for table in before:
                assert connection.execute(select(table)).all(), f"{table.name} at {revision}"


def test_a_filled_database_keeps_its_rows(empty: Database) -> None:
    _upgrade(empty, FIRST)
    tables = [table.name for table in _tables(empty)]
    assert len(tables) > 10
    _fill(empty, _tables(empty))
    migrate.upgrade(empty)
    with empty.engine.connect() as connection:
        assert _differences(connection) == []
        for table in Record.metadata.sorted_tables:
            if table.name in tables:
                assert connection.scalar(select(func.count()).select_from(table)) == 1, table.name
                # Every column can be read with its type in the code.
                assert len(connection.execute(select(table)).all()) == 1


def test_the_keys_get_the_site_and_all_else_stays(empty: Database) -> None:
    _upgrade(empty, BEFORE_SITES)
    _fill(empty, _tables(empty))
    indexes = _indexes(empty)
    migrate.upgrade(empty)
    changed = {name for name, text in _indexes(empty).items() if indexes.get(name) != text}
    assert changed == {"uq_complaint_ban", "uq_complaint_report", "uq_complaint_restriction"}
    assert indexes.keys() - _indexes(empty).keys() == {"ix_mail_event_id"}
    with empty.engine.connect() as connection:
        sites = {
            t.name: connection.scalar(select(t.c.site_id)) for t in Record.metadata.sorted_tables if "site_id" in t.primary_key
        }
    assert len(set(sites.values())) == 1
    assert len(sites) > 20
    _downgrade(empty, BEFORE_SITES)
    assert _indexes(empty) == indexes


def _indexes(database: Database) -> dict[str, str]:
    """The statement of each index that does not come from a constraint."""
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT relname, pg_get_indexdef(oid) FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid)",
    }
    with database.engine.connect() as connection:
        return dict(connection.execute(text(query[connection.dialect.name])).all())


def _downgrade(database: Database, revision: str) -> None:
    with migrate._transaction(database) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _upgrade(database: Database, revision: str) -> None:
    with migrate._transaction(database) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _tables(database: Database) -> list[Table]:
    """The tables at this revision."""
    found = MetaData()
    found.reflect(database.engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _fill(database: Database, tables: list[Table]) -> None:
    """Insert one more row into each of these tables, with their current columns."""
    made: dict[Column[Any], Any] = {}
    with database.engine.begin() as connection:
        for table in tables:
            connection.execute(insert(table), [_row(table, made)])


def _row(table: Table, made: dict[Column[Any], Any]) -> dict[str, Any]:
    row = {column.name: _value(column, made) for column in table.columns}
    made |= {column: row[column.name] for column in table.columns}
    return row


def _value(column: Column[Any], made: dict[Column[Any], Any]) -> Any:
    for key in column.foreign_keys:
        if key.column in made:
            return made[key.column]
    kind = column.type
    if isinstance(kind, DateTime):
        now = datetime.now(UTC)
        return now if kind.timezone else now.replace(tzinfo=None)
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer | Float):
        return 1
    if isinstance(kind, JSON | JSONB):
        return []
    is_uuid = isinstance(kind, Uuid) or "CHAR(32)" in str(kind)
    if is_uuid:
        identity = uuid.uuid4()
        return identity if isinstance(kind, Uuid) else identity.hex
    # A unique value, within the length of the column.
    return uuid.uuid4().hex[: getattr(kind, "length", None) or 32]
