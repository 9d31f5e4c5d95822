"""Find the comments of a person, or those older than a given time: in the database, and in archive files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.tables.comments import Comment


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Selects comments by exactly one of three things: the keyed hash of their author (by an e-mail address also that of the
    mailbox), the keyed hashes of an IP address and its block, or a time before which they were received."""

    author_key: str = ""
    mailbox: str = ""
    address: str = ""
    block: str = ""
    before: datetime | None = None

    @classmethod
    def of(cls, pseudonyms: Pseudonymizer, *, author: str = "", email: str = "", address: str = "") -> "PersonFilter":
        """By the host's id of a person, an e-mail address, or an IP address. Raises ValueError for a malformed IP address."""
        if address:
            return cls(address=pseudonyms.address(address), block=pseudonyms.block(address))
        return cls(author_key=pseudonyms.author(external_id=author, email=email), mailbox=pseudonyms.mailbox(email))

    def conditions(self, site_id: str) -> list[ColumnElement[bool]]:
        conditions = [Comment.site_id == site_id, Comment.state != State.ERASED]
        if self.mailbox:
            # No index: the comments of the site are read. A person is looked for seldom.
            of_mailbox = Comment.context["mailbox"].as_string() == self.mailbox
            conditions.append(or_(Comment.author_key == self.author_key, of_mailbox))
        elif self.author_key:
            conditions.append(Comment.author_key == self.author_key)
        if self.address:
            # `ip_key` (the block) has an index; the hash of the address itself is in the JSON of `context`.
            conditions += [Comment.ip_key == self.block, Comment.context["address"].as_string() == self.address]
        if self.before:
            conditions.append(Comment.received_at < self.before)
        return conditions

    def fits(self, comment: Mapping[str, Any]) -> bool:
        """Whether a comment from an archive file matches."""
        if self.author_key:
            mailbox = (comment["context"] or {}).get("mailbox", "")
            return bool(comment["author_key"] == self.author_key or (mailbox and mailbox == self.mailbox))
        if self.address:
            return bool((comment["context"] or {}).get("address") == self.address)
        return self.before is not None and datetime.fromisoformat(comment["received_at"]) < self.before


def count_of(session: Session, site_id: str, whose: PersonFilter) -> int:
    return session.scalar(select(func.count()).select_from(Comment).where(*whose.conditions(site_id))) or 0


def ids_of(session: Session, site_id: str, whose: PersonFilter, *, limit: int) -> Sequence[UUID]:
    return session.scalars(select(Comment.id).where(*whose.conditions(site_id)).limit(limit)).all()
