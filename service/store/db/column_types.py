"""The declarative base, the column types that behave the same on both databases, and the constraint names."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, MetaData, Row, String, Table, Uuid, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; `timestamptz` on PostgreSQL, sortable text on SQLite. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected an aware datetime, got the naive {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[str]):
    """A state, or a member of another enumeration of ours. A comparison with `==` writes it into the statement as a literal, not
    as a parameter. With a parameter, SQLite never uses a partial index, and PostgreSQL does not use it once the statement is
    prepared."""

    impl = String(16)
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Writes only members of our own enumerations into the statement. A value that came from outside always stays a
        parameter."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            if op is operators.eq and isinstance(other[0], StrEnum):
                other = (literal_column(f"'{other[0].value}'", String()),)
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator


#: JSON; JSONB on PostgreSQL.
Json = JSON().with_variant(JSONB(), "postgresql")


class Record(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, UUID: Uuid(), dict[str, Any]: Json, list[str]: Json, list[Any]: Json}


#: A row of any columns.
AnyRow = Row[*tuple[Any, ...]]


def table(record: type[Record]) -> Table:
    """The Core table of a record, for statements that need nothing of the ORM."""
    return cast("Table", record.__table__)
