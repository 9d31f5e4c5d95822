"""The log of administrative acts: rows are added in the transaction of what they tell of, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid, func, literal, or_, select, text, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.deeds import Deed
from service.store.people import Moderator
from service.store.schema import AnyRow, Record, UtcDateTime
from service.store.sites import Key


class AdminAct(Record):
    """Who did what to what. `site_id` is empty where it concerns the whole installation; triggers refuse changes.

    `facts` holds what was before and after, without any secret and without anything of an author.
    """

    __tablename__ = "admin_act"
    __table_args__ = (Index("ix_admin_act_site", "site_id", "at", "id"), Index("ix_admin_act_at", "at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # No foreign key: the log outlives what it tells of.
    site_id: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(16))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id"))
    key_id: Mapped[UUID | None]
    deed: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(100), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    request_id: Mapped[str] = mapped_column(String(100), default="")


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
