"""Queries on what moderators want to be told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.accounts import Moderator
from service.store.tables.message_choices import MessageChoice


def choice_of(session: Session, moderator_id: UUID) -> MessageChoice:
    """The choice of a moderator; an empty one, which is not stored yet, if they made none."""
    empty = MessageChoice(moderator_id=moderator_id, digest_hours=[], old_after=0, language="", zone="")
    return session.get(MessageChoice, moderator_id) or empty


def owner_of_feed(session: Session, digest: str) -> Moderator | None:
    """The moderator whose feed has this token; None if it was revoked or renewed, or if the account is disabled."""
    query = select(Moderator).join(MessageChoice, MessageChoice.moderator_id == Moderator.id)
    return session.scalar(query.where(MessageChoice.feed_digest == digest, Moderator.disabled_at.is_(None)))


def digests_due(session: Session, *, now: datetime) -> Sequence[UUID]:
    """The moderators whose digest is due."""
    query = select(MessageChoice.moderator_id).where(MessageChoice.digest_due_at <= now)
    return session.scalars(query.order_by(MessageChoice.digest_due_at)).all()


def watchers(session: Session) -> Sequence[tuple[MessageChoice, Moderator]]:
    """The moderators who want to know when a queue grows old."""
    query = select(MessageChoice, Moderator).join(Moderator, Moderator.id == MessageChoice.moderator_id)
    rows = session.execute(query.where(MessageChoice.old_after > 0, Moderator.disabled_at.is_(None)))
    return [(choice, moderator) for choice, moderator in rows]


def locked_choice(session: Session, moderator_id: UUID) -> tuple[MessageChoice, Moderator] | None:
    """A choice and its moderator, with a row lock; None for a disabled account."""
    query = select(MessageChoice, Moderator).join(Moderator, Moderator.id == MessageChoice.moderator_id)
    query = query.where(MessageChoice.moderator_id == moderator_id, Moderator.disabled_at.is_(None))
    row = session.execute(query.with_for_update(of=MessageChoice).execution_options(populate_existing=True)).one_or_none()
    return (row[0], row[1]) if row else None
