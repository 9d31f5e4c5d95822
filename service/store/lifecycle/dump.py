"""Dumps: every row of the database, or of one site, as lines of JSON and back. The format is the same on both databases."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, starmap
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, Table, Uuid, func, insert, select, text
from sqlalchemy.orm import Session

from service.store.db.column_types import Record, UtcDateTime
from service.store.lifecycle import renamed
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.idempotency import IdempotencyKey
from service.store.tables.sign_in_attempts import SignInAttempts
from service.store.tables.work_totals import WorkTotal

#: The tables that are in no dump.
PASSING = tuple(t.__tablename__ for t in (IdempotencyKey, SignInAttempts, AuthorAddress, WorkTotal))
#: The number of rows that are read or written at a time. A dump of any size needs memory for only this many rows.
AT_A_TIME = 500


def steady(session: Session) -> None:
    """Give this session one snapshot of the database for as long as it reads (isolation level REPEATABLE READ), and turn its
    timeouts off."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def tables(site_id: str | None = None) -> list[Table]:
    """The tables of a dump, each after the tables that it refers to. The dump of one site leaves out moderators, and tables that
    belong only to moderators.

    Idempotency keys and attempts to sign in are left out: they are valid for a day at most, and dumps live longer. So are the
    addresses of authors: they are promised to be forgotten. The totals of the metrics belong to the running processes.
    """
    copied = (t for t in Record.metadata.sorted_tables if t.name not in PASSING)
    return [t for t in copied if site_id is None or _belongs(t, site_id)]


def counts(session: Session, site_id: str | None = None) -> dict[str, int]:
    """How many rows each table has."""
    return {t.name: session.scalar(_rows(t, site_id, count=True)) or 0 for t in tables(site_id)}


def written(session: Session, site_id: str | None = None) -> Iterator[str]:
    """Every row as one line of JSON: the name of its table and its values."""
    copied = tables(site_id)
    for t in copied:
        left_out = {c.name for c in t.columns if any(key.column.table not in copied for key in c.foreign_keys)}
        rows = session.execute(_rows(t, site_id).execution_options(yield_per=AT_A_TIME))
        for row in rows:
            yield written_down([t.name, {name: None if name in left_out else v for name, v in plain(t, row).items()}])


def read(session: Session, lines: Iterable[str], *, old_names: bool = False) -> dict[str, int]:
    """Insert the rows of a dump, many rows of one table at a time. Returns the number of rows of each table. `old_names`: the
    rows have the old names that `renamed` maps. Raises ValueError for a row that belongs to no table.
    """
    known = {t.name: t for t in tables()}
    stored, rows = dict.fromkeys(known, 0), map(_parsed, lines)
    for name, run in _together(renamed.with_sites(starmap(renamed.today, rows)) if old_names else rows):
        if name not in known:
            raise ValueError(f"expected a table of this version, got {name!r}")
        session.execute(insert(known[name]), [typed(known[name], row) for row in run])
        stored[name] += len(run)
    return stored


def _rows(t: Table, site_id: str | None, *, count: bool = False) -> Select[Any]:
    query = select(func.count()).select_from(t) if count else select(t).order_by(*t.primary_key.columns)
    of_site = None if site_id is None else _of_site(t, site_id)
    return query if of_site is None else query.where(of_site)


def _of_site(t: Table, site_id: str) -> ColumnElement[bool] | None:
    """The condition for a row to belong to this site: by its own column, or by the row that a NOT NULL foreign key refers to."""
    if t.name == "site":
        return t.c.id == site_id
    if "site_id" in t.c:
        return t.c.site_id == site_id
    for key in sorted(t.foreign_keys, key=lambda key: key.parent.name):
        if not key.parent.nullable and (parent := _of_site(key.column.table, site_id)) is not None:
            return key.parent.in_(select(key.column).where(parent))
    return None


def _belongs(t: Table, site_id: str) -> bool:
    """Whether a table is part of a site's dump. It is not part of it if its rows need a row that belongs to no site, such as a
    moderator."""
    needed = [key.column.table for key in t.foreign_keys if not key.parent.nullable]
    return _of_site(t, site_id) is not None and all(_of_site(parent, site_id) is not None for parent in needed)


def _together(rows: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Consecutive rows of one table, at most `AT_A_TIME` of them, as a list."""
    rows = iter(rows)
    waiting = list(islice(rows, 1))
    while waiting:
        name = waiting[0][0]
        run = [waiting.pop()[1]]
        for other, values in rows:
            if other != name or len(run) >= AT_A_TIME:
                waiting = [(other, values)]
                break
            run.append(values)
        yield name, run


def _parsed(line: str) -> tuple[str, dict[str, Any]]:
    row = json.loads(line)
    if not (isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict)):
        raise ValueError("expected a line like [table, {column: value}]")
    return row[0], row[1]


def plain(t: Table, row: Iterable[Any]) -> dict[str, Any]:
    """The values of a row as JSON values."""
    return {c.name: _plain(v) for c, v in zip(t.columns, row, strict=True)}


def written_down(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def typed(t: Table, values: dict[str, Any]) -> dict[str, Any]:
    """The JSON values of a row as the Python types of its columns. Raises ValueError for an unknown column."""
    if unknown := set(values) - set(t.columns.keys()):
        raise ValueError(f"expected columns of {t.name}, got {', '.join(sorted(unknown))}")
    return {name: _valued(t.c[name], value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _valued(column: "Column[Any]", value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return UUID(value) if isinstance(column.type, Uuid) else value
