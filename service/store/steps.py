"""Steps: what people do with a comment or its author beside deciding, kept for colleagues to look up."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from service.store.people import Moderator, shown_name
from service.store.schema import AnyRow, Record

#: The latest steps that a page shows.
SHOWN = 50


class Did(StrEnum):
    """What was done. `calm` takes an escalation back, `forgive` a ban or a trust."""

    ESCALATE = "escalate"
    CALM = "calm"
    BAN = "ban"
    TRUST = "trust"
    FORGIVE = "forgive"


class Step(Record):
    """One step. An escalation goes to the moderator `to_id`, or to whoever has `to_role`; a ban or a trust holds `until` a day.

    `note` says why. `comment_id` is the comment that gave cause.
    """

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_author", "site_id", "author_key", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    author_key: Mapped[str] = mapped_column(String(80), default="")
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(16))
    to_id: Mapped[UUID | None]
    to_role: Mapped[str] = mapped_column(String(16), default="")
    until: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


def steps_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[AnyRow]:
    """To whom a comment was escalated and when that was taken back, the latest first."""
    return session.execute(_latest(site_id).where(Step.comment_id == comment_id, Step.kind.in_((Did.ESCALATE, Did.CALM)))).all()


def steps_with(session: Session, site_id: str, author_key: str) -> Sequence[AnyRow]:
    """The bans and trusts of an author, the latest first."""
    if not author_key:
        return ()
    return session.execute(_latest(site_id).where(Step.author_key == author_key)).all()


def _latest(site_id: str) -> Select[Any]:
    to = aliased(Moderator)
    columns = (Step.kind, Step.at, Step.until, Step.note, Step.to_role, shown_name().label("who"), shown_name(to).label("to"))
    found = select(*columns).outerjoin(Moderator, Moderator.id == Step.moderator_id).outerjoin(to, to.id == Step.to_id)
    return found.where(Step.site_id == site_id).order_by(Step.at.desc(), Step.id.desc()).limit(SHOWN)
