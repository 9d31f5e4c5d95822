"""Entries of the audit log, filtered and in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.tables.accounts import Moderator
from service.store.tables.audit_log import AuditEntry
from service.store.tables.sites import ApiKey


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Selects entries by site, event, moderator and time range (before `until`). `whole`: also the entries that belong to no
    site."""

    site_id: str | None = None
    whole: bool = True
    event: str = ""
    moderator: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def audit_entries(
    session: Session, wanted: AuditFilter, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[AnyRow]:
    """One page of entries, the newest first, and one more if there is another page."""
    columns = (AuditEntry, Moderator.email, Moderator.name, ApiKey.hint)
    query = (
        select(*columns)
        .outerjoin(Moderator, Moderator.id == AuditEntry.moderator_id)
        .outerjoin(ApiKey, ApiKey.id == AuditEntry.key_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit + 1)
    )
    if wanted.site_id is not None:
        on_site = AuditEntry.site_id == wanted.site_id
        query = query.where(or_(on_site, AuditEntry.site_id.is_(None)) if wanted.whole else on_site)
    if wanted.event:
        query = query.where(AuditEntry.event == wanted.event)
    if wanted.moderator:
        query = query.where(AuditEntry.moderator_id == wanted.moderator)
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    if after:
        place = tuple_(literal(after[0], UtcDateTime()), literal(after[1], Uuid()))
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < place)
    return session.execute(query).all()


def people_named(session: Session, rows: Sequence[AnyRow]) -> dict[str, str]:
    """Some entries have a moderator's id as their target. Returns the e-mail address of each such moderator, by that id."""
    ids = {target_id for row in rows if (target_id := _uuid(row.AuditEntry.target))}
    people = session.execute(select(Moderator.id, Moderator.email).where(Moderator.id.in_(ids)))
    return {str(moderator_id): email for moderator_id, email in people}


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
