"""What waits in the queues of sites."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.tables.comments import Comment


def has_waited(session: Session, site_ids: Collection[str], since: datetime) -> bool:
    """Whether a comment of these sites has been in the queue since this time. A comment that was held again later counts from then."""
    waits = exists().where(
        Comment.site_id.in_(site_ids), Comment.state == State.HELD, Comment.received_at <= since, Comment.updated_at <= since
    )
    return bool(site_ids) and bool(session.scalar(select(waits)))
