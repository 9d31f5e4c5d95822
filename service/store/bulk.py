"""Many rows in one statement. On PostgreSQL they are one parameter, so that any number of them shares one prepared plan."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import ARRAY, ColumnElement, Connection, String, Table, any_, bindparam, insert, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.schema import Record, table

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def plain(session: Session | Connection) -> Connection:
    """The connection itself: what needs no objects is cheaper without the session."""
    return session.connection() if isinstance(session, Session) else session


def insert_all(
    session: Session | Connection, record: type[Record], rows: Sequence[Mapping[str, Any]], *, new: bool = False
) -> None:
    """Insert rows that all have the same columns. `new`: leave out those that are there already."""
    if not rows:
        return
    connection = plain(session)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_from_json(table(record), tuple(rows[0]), new), (to_json(rows).decode(),))
    elif new:
        connection.execute(sqlite.insert(table(record)).on_conflict_do_nothing(), rows)
    else:
        connection.execute(insert(table(record)), rows)


def among(session: Session | Connection, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """That a column has one of these values."""
    on_sqlite = plain(session).dialect.name == "sqlite"
    wanted: ColumnElement[bool] = column.in_(values) if on_sqlite else column == any_(literal(list(values), ARRAY(column.type)))
    return wanted


def named(dialect: str, column: Any, name: str) -> ColumnElement[bool]:
    """The same for a statement that is built once: the values come later, as the parameter `name`."""
    if dialect == "sqlite":
        return cast("ColumnElement[bool]", column.in_(bindparam(name, expanding=True)))
    return cast("ColumnElement[bool]", column == any_(bindparam(name, type_=ARRAY(column.type))))


@cache
def _from_json(into: Table, names: tuple[str, ...], new: bool) -> str:
    """An insert from a JSON array of objects. Text comes as plain text: a length is checked, never cut, on its way in."""
    columns = ", ".join(names)
    typed = ", ".join(f"{name} {_kind(into.c[name].type)}" for name in names)
    statement = f"INSERT INTO {into.name} ({columns}) SELECT {columns} FROM json_to_recordset(%s) AS row ({typed})"  # noqa: S608
    return statement + " ON CONFLICT DO NOTHING" if new else statement


def _kind(column: Any) -> str:
    kind = getattr(column, "impl_instance", column)
    return "text" if isinstance(kind, String) else str(column.compile(dialect=_POSTGRESQL))
