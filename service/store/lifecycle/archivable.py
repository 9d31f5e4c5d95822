"""Which old comments of a site may be archived, and why other old comments may not.

In doubt a comment stays in the database. Approved comments keep their row, because readers see it. Decided comments stay while
the site trains on them. Rejected comments stay while they count for their author. Comments with undelivered events stay until
these events are delivered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from service.domain.policy.site_policy import SitePolicy
from service.domain.retention import Retention
from service.domain.states import State
from service.store.comments.related_counts import HISTORY
from service.store.db.bulk import among
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.learning.labels import MOST
from service.store.lifecycle.retention import something_personal
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity, Decision, Escalation, Note
from service.store.tables.outbox import Delivery, DeliveryState, Event, EventState
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site

_SETTLED = (State.APPROVED, State.REJECTED, State.ERASED)


class StaysReason(StrEnum):
    """Why an old comment is not archived."""

    UNTOLD = "untold"
    LEARNED_FROM = "learned_from"
    PINNED = "pinned"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Archivable:
    """Comments of one site that have not changed since `before`.

    `learned_since` is the time of the oldest decision that the site still trains on; None means that it trains on all decisions.
    """

    site_id: str
    before: datetime
    now: datetime
    retention: Retention
    learned_since: datetime | None

    @classmethod
    def of(cls, session: Session, site_id: str, *, before: datetime, now: datetime) -> "Archivable":
        policy = session.scalar(select(Site.policy).where(Site.id == site_id))
        newest = select(Decision.at).where(Decision.site_id == site_id).order_by(Decision.at.desc()).offset(MOST - 1).limit(1)
        return cls(site_id, before, now, SitePolicy(policy).retention, session.scalar(newest))

    @property
    def settled(self) -> ColumnElement[bool]:
        """A condition: the comment is old, waits for no check and no moderator, and has rows that are not archived yet."""
        old = and_(Comment.site_id == self.site_id, Comment.updated_at < self.before, Comment.state.in_(_SETTLED))
        return and_(old, or_(self.whole, Comment.archived < Comment.version))

    @property
    def whole(self) -> ColumnElement[bool]:
        """A condition: the comment's own row is archived, too, not only its trail (the rows that refer to it). Nobody sees such a
        comment, and it no longer counts for its author."""
        return and_(Comment.state.in_((State.REJECTED, State.ERASED)), Comment.updated_at < self.now - HISTORY)

    @property
    def reasons(self) -> dict[StaysReason, ColumnElement[bool]]:
        """The conditions under which an old comment stays."""
        late = or_(
            exists().where(Event.comment_id == Comment.id, site_of(Event) == Comment.site_id, Event.state == EventState.DUE),
            exists().where(
                Event.comment_id == Comment.id,
                site_of(Event) == Comment.site_id,
                Delivery.event_id == Event.id,
                Delivery.site_id == Event.site_id,
                Delivery.state.in_((DeliveryState.DUE, DeliveryState.DEAD)),
            ),
        )
        since = () if self.learned_since is None else (Decision.at >= self.learned_since,)
        pinned = or_(
            *(
                exists().where(table.comment_id == Comment.id, site_of(table) == Comment.site_id)
                for table in (Note, Escalation, Activity, Report, Complaint)
            )
        )
        return {
            StaysReason.UNTOLD: late,
            StaysReason.LEARNED_FROM: exists().where(
                Decision.comment_id == Comment.id, site_of(Decision) == Comment.site_id, *since
            ),
            StaysReason.PINNED: pinned,
            StaysReason.RETENTION: self._promised,
        }

    @property
    def _promised(self) -> ColumnElement[bool]:
        """Retention comes first: data that it will erase or forget must not live on in a file."""
        erases = Comment.state == State.REJECTED if self.retention.rejected is not None else false()
        forgets = and_(Comment.state != State.ERASED, something_personal()) if self.retention.personal is not None else false()
        return or_(erases, forgets)


def archivable(session: Session, old: Archivable, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[AnyRow]:
    """One page of old comments in the order of their last change: id, updated_at, whole. Some of them may have to stay; `leaving`
    tests this. With its conditions in this query, PostgreSQL would read all deliveries and decisions for each page."""
    columns = (Comment.id, Comment.updated_at, old.whole.label("whole"))
    query = select(*columns).where(old.settled)
    if after:
        query = query.where(tuple_(Comment.updated_at, Comment.id) > after)
    return session.execute(query.order_by(Comment.updated_at, Comment.id).limit(limit)).all()


def leaving(session: Session, old: Archivable, comment_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these comments may be archived now."""
    by_id = among(session, Comment.id, comment_ids)
    return set(session.scalars(select(Comment.id).where(by_id, old.settled, ~or_(*old.reasons.values()))))


def numbers(session: Session, old: Archivable) -> dict[str, int]:
    """Numbers of old comments: those to be archived whole ("whole"), those of which only the trail is archived ("trail"), and
    those that stay, by reason."""
    kinds = [(condition, reason.value) for reason, condition in old.reasons.items()]
    kind = case(*kinds, (old.whole, "whole"), else_="trail").label("kind")
    comments = select(kind).where(old.settled).subquery()
    rows = session.execute(select(comments.c.kind, func.count()).group_by(comments.c.kind))
    return {name: count for name, count in rows}  # noqa: C416 - a row is no pair to mypy
