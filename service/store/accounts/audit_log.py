"""Entries of the audit log, filtered and in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from service.domain.audit_events import Deed
from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.tables.accounts import Moderator
from service.store.tables.audit_log import AdminAct
from service.store.tables.sites import Key


@dataclass(frozen=True, slots=True)
class WantedActs:
    """Which acts: of which site (`whole` adds those of the installation), which deed, by whom, from when until when."""

    site_id: str | None = None
    whole: bool = True
    deed: str = ""
    moderator: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def acts(session: Session, wanted: WantedActs, *, after: tuple[datetime, UUID] | None = None, limit: int) -> Sequence[AnyRow]:
    """One page of acts, the newest first, and one more where there is another page."""
    columns = (AdminAct, Moderator.email, Moderator.name, Key.hint)
    query = (
        select(*columns)
        .outerjoin(Moderator, Moderator.id == AdminAct.moderator_id)
        .outerjoin(Key, Key.id == AdminAct.key_id)
        .order_by(AdminAct.at.desc(), AdminAct.id.desc())
        .limit(limit + 1)
    )
    if wanted.site_id is not None:
        here = AdminAct.site_id == wanted.site_id
        query = query.where(or_(here, AdminAct.site_id.is_(None)) if wanted.whole else here)
    if wanted.deed:
        query = query.where(AdminAct.deed == wanted.deed)
    if wanted.moderator:
        query = query.where(AdminAct.moderator_id == wanted.moderator)
    if wanted.since:
        query = query.where(AdminAct.at >= wanted.since)
    if wanted.until:
        query = query.where(AdminAct.at < wanted.until)
    if after:
        place = tuple_(literal(after[0], UtcDateTime()), literal(after[1], Uuid()))
        query = query.where(tuple_(AdminAct.at, AdminAct.id) < place)
    return session.execute(query).all()


def failures(session: Session, moderator_id: UUID, *, since: datetime, most: int) -> int:
    """How often somebody could not come in as this moderator since then, counted up to `most`."""
    about = (AdminAct.deed == Deed.SIGN_IN_FAILED, AdminAct.about == str(moderator_id))
    found = select(AdminAct.id).where(AdminAct.at > since, *about).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def people_named(session: Session, rows: Sequence[AnyRow]) -> dict[str, str]:
    """The addresses of the moderators that acts were about, by the id that stands in the log."""
    ids = {found for row in rows if (found := _uuid(row.AdminAct.about))}
    people = session.execute(select(Moderator.id, Moderator.email).where(Moderator.id.in_(ids)))
    return {str(moderator_id): email for moderator_id, email in people}


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
