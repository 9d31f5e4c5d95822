"""The schema revision of the database, read without Alembic, so that a process that only serves requests need not load
Alembic."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


class Schema(StrEnum):
    """How the schema of the database compares with the schema that this code needs."""

    CURRENT = "current"
    #: A newer schema is normal during an update: the migrations run first, while the old version of the code still serves
    #: requests.
    NEWER = "newer"
    OLDER = "older"
    MISSING = "missing"
    #: A schema that is older than the first migration of this code, with the old table names. It cannot be upgraded; the text
    #: `RETIRED_ADVICE` says what to do.
    RETIRED = "retired"


RETIRED_ADVICE = (
    "it has the table names of an earlier version: `greenroom export` each site with that version, and `greenroom import` it here"
)


def newer_advice(at: str) -> str:
    """What to say of a schema that a newer version has upgraded. It is no error: the version before an upgrade serves with it."""
    return (
        f"the schema is at {at}, newer than the {known_revisions()[-1]} of this version. The version before an upgrade serves with "
        "it; install the newer version again soon"
    )


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions that this code contains, oldest first; the migration files are named after them."""
    return tuple(sorted(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*_*.py")))


def revision(session: Session) -> str | None:
    """The revision that the database is at; None if it was never migrated."""
    try:
        return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    except DBAPIError as error:
        session.rollback()
        if error.connection_invalidated or "alembic_version" not in str(error.orig):
            raise
        return None


def schema(now: str | None) -> Schema:
    """Compare the database's revision with those that this code contains."""
    if now is None:
        return Schema.MISSING
    if now == known_revisions()[-1]:
        return Schema.CURRENT
    if now < known_revisions()[0]:
        return Schema.RETIRED
    return Schema.OLDER if now in known_revisions() else Schema.NEWER
