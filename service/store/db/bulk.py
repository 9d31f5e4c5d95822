"""Insert many rows in one statement. On PostgreSQL all rows are one JSON parameter: any number of rows shares one prepared plan.

On SQLite all rows are one list of values. Python's SQLite driver releases the GIL at each step of a statement. A writer that
executed one statement per row would wait longer for the GIL than for the disk.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import ARRAY, ColumnElement, Connection, String, Table, any_, bindparam, func, literal, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.db.by_site import is_by_site
from service.store.db.column_types import Record, table

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_UNLESS_THERE = " ON CONFLICT DO NOTHING"
#: JSON is written five times as fast as by Python's own module.
_SQLITE = sqlite.dialect(json_serializer=lambda value: to_json(value).decode())
#: Limits of one statement on SQLite. Rows are limited because one statement is cached for each number of rows. Values are limited
#: because old versions of SQLite accept only 999.
MOST_ROWS, MOST_VALUES = 32, 999
#: Columns with the same value in all rows of a statement, each with its value as SQL. The rows need not repeat it.
SameShape = tuple[tuple[str, str], ...]


def plain(session: Session | Connection) -> Connection:
    """The connection itself. Statements that need no ORM objects are cheaper without the session."""
    return session.connection() if isinstance(session, Session) else session


def changes_many(connection: Connection) -> bool:
    """Whether one statement of this connection may change several tables. That saves round trips on PostgreSQL. SQLite cannot, and
    does not need it: there a statement costs no round trip."""
    return connection.dialect.name == "postgresql" and not is_by_site(connection)


def insert_all(
    session: Session | Connection,
    record: type[Record],
    rows: Sequence[Mapping[str, Any]],
    *,
    new: bool = False,
    alike: SameShape = (),
) -> None:
    """Insert rows that all have the same columns. `new`: skip rows that exist. `alike`: columns with one value for all rows."""
    if not rows:
        return
    connection = plain(session)
    if is_by_site(connection):
        # One statement for each row, all sent at once: each goes to the node of its row.
        statements = postgresql.insert(table(record)).values({name: literal_column(value) for name, value in alike})
        connection.execute(statements.on_conflict_do_nothing() if new else statements, list(rows))
        return
    if connection.dialect.name == "postgresql":
        statement = from_json(table(record), tuple(rows[0]), ending=_UNLESS_THERE if new else "", alike=alike)
        connection.exec_driver_sql(statement, (to_json(rows).decode(),))
        return
    into, names = table(record), tuple(rows[0])
    bound, most = _bound(into, names), min(MOST_ROWS, MOST_VALUES // len(names))
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        columns = [_column(some, name, bind) for name, bind in bound]
        values = tuple(chain.from_iterable(zip(*columns, strict=True)))
        connection.exec_driver_sql(_of_values(into, names, len(some), new, alike), values)


def among(session: Session | Connection, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """A condition: the column has one of these values."""
    on_sqlite = plain(session).dialect.name == "sqlite"
    wanted: ColumnElement[bool] = column.in_(values) if on_sqlite else column == any_(literal(list(values), ARRAY(column.type)))
    return wanted


def named(dialect: str, column: Any, name: str, *, hidden: bool = False) -> ColumnElement[bool]:
    """Like `among`, for a statement that is built once: the values come later, as the parameter `name`.

    `hidden`: hides the number of values from PostgreSQL's query planner, so that the planner keeps its generic plan. Otherwise a
    plan for a single value looks cheaper, and the planner makes a new plan at every execution.
    """
    if dialect == "sqlite":
        return cast("ColumnElement[bool]", column.in_(bindparam(name, expanding=True)))
    values: Any = bindparam(name, type_=ARRAY(column.type))
    return cast(
        "ColumnElement[bool]", column == any_(func.array(select(func.unnest(values)).scalar_subquery()) if hidden else values)
    )


def _column(rows: Sequence[Mapping[str, Any]], name: str, bind: Callable[[Any], Any] | None) -> list[Any]:
    """The values of a column as the driver takes them. One that all rows share, such as the time, is converted once."""
    values = [row[name] for row in rows]
    if bind is None:
        return values
    first, bound = values[0], bind(values[0])
    return [bound if value is first else bind(value) for value in values]


@cache
def _bound(into: Table, names: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """The columns, each with SQLAlchemy's bind processor for SQLite. None: the driver takes the value as it is."""
    return [(name, into.c[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE)) for name in names]


@cache
def _of_values(into: Table, names: tuple[str, ...], rows: int, new: bool, alike: SameShape) -> str:
    row = f"({', '.join(['?'] * len(names) + [value for _, value in alike])})"
    columns = ", ".join(f'"{name}"' for name in [*names, *(name for name, _ in alike)])
    statement = f"INSERT INTO {into.name} ({columns}) VALUES {', '.join([row] * rows)}"  # noqa: S608
    return statement + _UNLESS_THERE if new else statement


@cache
def from_json(into: Table, names: tuple[str, ...], *, ending: str = "", alike: SameShape = ()) -> str:
    """An INSERT from a JSON array of objects. Strings are declared as `text`, so PostgreSQL refuses strings that are too long,
    instead of cutting them."""
    columns = ", ".join([*names, *(name for name, _ in alike)])
    values = ", ".join([*names, *(value for _, value in alike)])
    unfolded = f"json_to_recordset(%s) AS row ({typed(into, names)})"
    return f"INSERT INTO {into.name} ({columns}) SELECT {values} FROM {unfolded}{ending}"  # noqa: S608


def typed(of: Table, names: tuple[str, ...]) -> str:
    """These columns with their types: the column definitions that PostgreSQL's json_to_recordset() needs."""
    return ", ".join(f"{name} {_kind(of.c[name].type)}" for name in names)


def _kind(column: Any) -> str:
    kind = getattr(column, "impl_instance", column)
    return "text" if isinstance(kind, String) else str(column.compile(dialect=_POSTGRESQL))
