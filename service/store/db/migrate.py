"""Moving the schema forward: upgrade, and say where it stands."""

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

#: Any number that nobody else uses: one migration at a time on a shared PostgreSQL.
_LOCK = 4_719_001


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the schema to its newest revision. Returns the revision before and after."""
    before = current(database)
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
    """One migration at a time, all or nothing."""
    options = {"greenroom_write": True}
    with database.engine.connect() as connection, _rows_kept(connection), connection.execution_options(**options).begin():
        if not database.on_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


@contextmanager
def _rows_kept(connection: Connection) -> Iterator[None]:
    """To change a table SQLite drops it and renames its copy: the drop must not take the rows that point to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Through the driver, because inside a transaction this is silently ignored.
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
    """The revision that this code wants."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config
