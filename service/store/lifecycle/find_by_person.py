"""Which comments are a person's, or are older than somebody wants to keep them: here, and in the files of an archive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.tables.comments import Comment


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """A keyed hash of an author, those of an address and its block, or a moment before which everything was received."""

    author_key: str = ""
    address: str = ""
    block: str = ""
    before: datetime | None = None

    def conditions(self, site_id: str) -> list[ColumnElement[bool]]:
        found = [Comment.site_id == site_id, Comment.state != State.ERASED]
        if self.author_key:
            found.append(Comment.author_key == self.author_key)
        if self.address:
            # By the index first: the address itself stands among the circumstances.
            found += [Comment.address_key == self.block, Comment.context["address"].as_string() == self.address]
        if self.before:
            found.append(Comment.received_at < self.before)
        return found

    def fits(self, comment: Mapping[str, Any]) -> bool:
        """The same of a comment as an archive holds it."""
        if self.author_key:
            return bool(comment["author_key"] == self.author_key)
        if self.address:
            return bool((comment["context"] or {}).get("address") == self.address)
        return self.before is not None and datetime.fromisoformat(comment["received_at"]) < self.before


def count_of(session: Session, site_id: str, whose: PersonFilter) -> int:
    return session.scalar(select(func.count()).select_from(Comment).where(*whose.conditions(site_id))) or 0


def ids_of(session: Session, site_id: str, whose: PersonFilter, *, limit: int) -> Sequence[UUID]:
    return session.scalars(select(Comment.id).where(*whose.conditions(site_id)).limit(limit)).all()
