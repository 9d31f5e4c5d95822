"""Which comments are a person's, or are older than somebody wants to keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.comments import Comment


@dataclass(frozen=True, slots=True)
class Whose:
    """A keyed hash of an author or of an address, or a moment before which everything was received."""

    author_key: str = ""
    address_key: str = ""
    before: datetime | None = None

    def conditions(self, site_id: str) -> list[ColumnElement[bool]]:
        found = [Comment.site_id == site_id, Comment.state != State.ERASED]
        if self.author_key:
            found.append(Comment.author_key == self.author_key)
        if self.address_key:
            found.append(Comment.address_key == self.address_key)
        if self.before:
            found.append(Comment.received_at < self.before)
        return found


def count_of(session: Session, site_id: str, whose: Whose) -> int:
    return session.scalar(select(func.count()).select_from(Comment).where(*whose.conditions(site_id))) or 0


def ids_of(session: Session, site_id: str, whose: Whose, *, limit: int) -> Sequence[UUID]:
    return session.scalars(select(Comment.id).where(*whose.conditions(site_id)).limit(limit)).all()
