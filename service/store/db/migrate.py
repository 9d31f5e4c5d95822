"""Schema migrations: upgrade to the newest revision, and report the current one."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.store.db.engine import Database
from service.store.db.schema_version import RETIRED_ADVICE, Schema, schema

#: The key of an advisory lock in PostgreSQL, so that only one migration runs at a time. It can be any number that no other
#: program uses.
_LOCK = 4_719_001


class RetiredSchema(Exception):
    """The schema of the database is older than the first migration of this code. The message says what to do."""


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the schema to its newest revision. Returns the revision before and after. Raises RetiredSchema."""
    before = current(database)
    if schema(before) is Schema.RETIRED:
        raise RetiredSchema(f"the database cannot be upgraded: {RETIRED_ADVICE}")
    with _transaction(database) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if before != newest():
        # Rows that a revision deleted may hold personal data.
        database.wipe()
    return before, newest()


@contextmanager
def _transaction(database: Database) -> Iterator[Connection]:
    """One transaction for all migrations, so that all of them take effect or none. Only one process migrates at a time."""
    options = {"greenroom_write": True}
    with database.engine.connect() as connection, _rows_kept(connection), connection.execution_options(**options).begin():
        if not database.on_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


@contextmanager
def _rows_kept(connection: Connection) -> Iterator[None]:
    """Turn foreign keys off on SQLite. A migration changes a table by dropping it and renaming its copy; with foreign keys on,
    the drop would also delete the rows that refer to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Through the driver: SQLite silently ignores this pragma inside a transaction.
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def current(database: Database) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this code needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config
