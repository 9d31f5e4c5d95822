"""Ordinary comments of a site: approved comments without any decision."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.domain.policy.check_input import CheckInput
from service.domain.states import State
from service.store.db.site_keys import site_of
from service.store.learning.labels import CHECK_INPUT_COLUMNS, check_input_of
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision


def ordinary_comments(session: Session, site_id: str, *, until: datetime, most: int) -> Iterator[tuple[UUID, CheckInput]]:
    """The newest comments that are approved, not changed after `until`, and without a decision. Of comments with the same
    fingerprint only the newest is returned: a flood is not ordinary.
    """
    undecided = ~exists().where(Decision.comment_id == Comment.id, site_of(Decision) == Comment.site_id)
    rows = session.execute(
        select(*CHECK_INPUT_COLUMNS, Comment.fingerprint)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.site_id == site_id, Comment.state == State.APPROVED, undecided)
        .where(Comment.received_at <= until, Comment.updated_at <= until)
        .order_by(Comment.received_at.desc(), Comment.id.desc())
        .limit(most)
    )
    seen: set[str] = set()
    for row in rows:
        if row.fingerprint not in seen:
            seen.add(row.fingerprint)
            yield row.id, check_input_of(row)
