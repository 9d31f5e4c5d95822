"""Where the schema stands, asked without Alembic: a process that only serves need not load it."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


class Schema(StrEnum):
    """How the schema of the database compares with what this code wants."""

    CURRENT = "current"
    #: Fine: migrations go first, and run while the old version still serves.
    NEWER = "newer"
    OLDER = "older"
    MISSING = "missing"


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions that this code brings, oldest first; the files are named after them."""
    return tuple(sorted(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*_*.py")))


def revision(session: Session) -> str | None:
    """The revision that the database is at; None where it was never migrated."""
    try:
        return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    except DBAPIError as error:
        session.rollback()
        if error.connection_invalidated or "alembic_version" not in str(error.orig):
            raise
        return None


def schema(now: str | None) -> Schema:
    """What a revision means to this code."""
    if now is None:
        return Schema.MISSING
    if now == known_revisions()[-1]:
        return Schema.CURRENT
    return Schema.OLDER if now in known_revisions() else Schema.NEWER
