"""Integrity checks: each query finds the rows that break one promise. The queries only read, and can run on a live
installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.db.site_keys import site_of
from service.store.tables.archives import Archive, ArchivedComment
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.idempotency import IdempotencyKey
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, EndpointKind, Event, EventState, EventType
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState
from service.store.webhooks.deliveries import BREAKER

#: How long something may wait before it counts as stuck.
PATIENCE = timedelta(seconds=60)
#: How many examples of a violation are named.
EXAMPLES = 5
#: An event this soon after an endpoint was added may or may not have a delivery to it.
_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Violations:
    """The number of rows that break a promise, and the ids of some of these rows."""

    count: int
    examples: tuple[str, ...] = ()

    def __add__(self, other: "Violations") -> "Violations":
        return Violations(self.count + other.count, (self.examples + other.examples)[:EXAMPLES])


def take_time(session: Session) -> None:
    """Turn off PostgreSQL's statement timeout: an integrity check may read more than a request may."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))


def altered(session: Session, accepted: Mapping[UUID, str]) -> Violations:
    """Accepted comments that are missing, or whose text has changed. This is no violation for a comment that was erased, edited
    or archived.

    `accepted` maps comment ids to the text that was accepted.
    """
    wrong: list[UUID] = []
    ids = list(accepted)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        rows = session.execute(select(Comment.id, Comment.text, Comment.state, Comment.revision).where(Comment.id.in_(some)))
        present = {row.id: row for row in rows}
        archived = set(session.scalars(select(ArchivedComment.id).where(ArchivedComment.id.in_(some))))
        wrong += [i for i in some if (_differs(present[i], accepted[i]) if i in present else i not in archived)]
    return Violations(len(wrong), tuple(map(str, wrong[:EXAMPLES])))


def stuck_pending(session: Session, *, now: datetime) -> Violations:
    """Comments that have waited for their verdict for more than a minute."""
    return _breaches(session, select(Comment.id).where(Comment.state == State.PENDING, Comment.updated_at < now - PATIENCE))


def gaps(session: Session) -> Violations:
    """Comments that do not have exactly one event for each version, from the first version that is not archived to the last."""
    events = (
        select(
            Event.site_id,
            Event.comment_id,
            func.count().label("count"),
            func.max(Event.seq).label("last"),
            func.min(Event.seq).label("first"),
        )
        .where(Event.seq > 0)
        .group_by(Event.site_id, Event.comment_id)
        .subquery()
    )
    return _breaches(
        session,
        select(Comment.id)
        .outerjoin(events, (events.c.comment_id == Comment.id) & (events.c.site_id == Comment.site_id))
        .where(
            or_(
                func.coalesce(events.c.count, 0) != Comment.version - Comment.archived,
                and_(
                    Comment.version > Comment.archived,
                    or_(events.c.last != Comment.version, events.c.first != Comment.archived + 1),
                ),
            )
        ),
    )


def undelivered_events(session: Session, *, now: datetime) -> Violations:
    """Events that have been due for a minute, and events without a delivery to an endpoint that should receive them."""
    late = select(Event.id).where(Event.state == EventState.DUE, Event.due_at < now - PATIENCE)
    violations = _breaches(session, late)
    for endpoint in session.scalars(select(Endpoint).where(Endpoint.enabled, Endpoint.kind == EndpointKind.WEBHOOK)):
        violations += _breaches(
            session,
            select(Event.id).where(
                Event.site_id == endpoint.site_id,
                Event.state == EventState.SENT,
                Event.at > (endpoint.events_since or endpoint.created_at) + _MOMENT,
                Event.type.in_(endpoint.events),
                ~exists().where(
                    Delivery.event_id == Event.id, Delivery.site_id == Event.site_id, Delivery.endpoint_id == endpoint.id
                ),
            ),
        )
    return violations


def stuck_deliveries(session: Session, *, now: datetime) -> Violations:
    """Deliveries that have been due for a minute without a visible reason, such as a lease, a failing endpoint, or an earlier
    delivery that has to arrive first."""
    late, earlier = now - PATIENCE, aliased(Delivery)
    held_back = exists().where(
        site_of(earlier) == Delivery.site_id,
        earlier.endpoint_id == Delivery.endpoint_id,
        earlier.comment_id == Delivery.comment_id,
        earlier.seq < Delivery.seq,
        earlier.state == DeliveryState.DUE,
    )
    return _breaches(
        session,
        select(Delivery.id)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .where(
            Delivery.state == DeliveryState.DUE,
            Delivery.due_at < late,
            or_(Delivery.lease_until.is_(None), Delivery.lease_until < late),
            Endpoint.failures < BREAKER,
            or_(Endpoint.probe_at.is_(None), Endpoint.probe_at < late),
            ~held_back,
        ),
    )


def failing(session: Session) -> Violations:
    """Endpoints that fail visibly: with an open breaker, disabled, or with dead deliveries."""
    dead = select(Delivery.endpoint_id).where(Delivery.state == DeliveryState.DEAD, Delivery.event_id.is_not(None))
    wrong = or_(Endpoint.failures >= BREAKER, ~Endpoint.enabled, Endpoint.id.in_(dead))
    return _breaches(session, select(Endpoint.id).where(wrong))


def unchecked(session: Session) -> Violations:
    """Comments whose state comes neither from a verdict on their current text nor from a decision, and whose trail is not
    archived."""
    settled = Comment.state.in_([State.APPROVED, State.HELD, State.REJECTED])
    judged = exists().where(
        VerdictRow.comment_id == Comment.id, VerdictRow.site_id == Comment.site_id, VerdictRow.revision == Comment.revision
    )
    decided = exists().where(Decision.comment_id == Comment.id, site_of(Decision) == Comment.site_id)
    return _breaches(session, select(Comment.id).where(settled, Comment.version > Comment.archived, ~judged, ~decided))


def duplicate_keys(session: Session) -> Violations:
    """Idempotency keys without their comment, and host ids that belong to more than one comment."""
    orphan = select(IdempotencyKey.key).where(
        ~exists().where(Comment.id == IdempotencyKey.comment_id, Comment.site_id == IdempotencyKey.site_id)
    )
    twice = (
        select(Comment.external_id)
        .where(Comment.external_id.is_not(None))
        .group_by(Comment.site_id, Comment.external_id)
        .having(func.count() > 1)
    )
    return _breaches(session, orphan) + _breaches(session, twice)


def outlived(session: Session) -> Violations:
    """Erased comments of which an archive file may still hold data."""
    late = exists().where(
        Archive.site_id == Comment.site_id, Archive.at < Comment.updated_at, Archive.erased_until < Comment.updated_at
    )
    return _breaches(session, select(Comment.id).where(Comment.state == State.ERASED, Comment.archived > 0, late))


def same_deciders(session: Session) -> Violations:
    """Decided complaints whose decision has no time, or was made by the moderator who had decided before."""
    decided = Complaint.state.in_((ComplaintState.UPHELD, ComplaintState.DENIED))
    # A moderator who was deleted since is no longer named.
    same = Complaint.moderator_id == Complaint.first_moderator_id
    return _breaches(session, select(Complaint.id).where(decided, or_(same, Complaint.decided_at.is_(None))))


def untold_reports(session: Session) -> Violations:
    """Reports without the event of their receipt, and decided reports without the event of their decision."""
    received = exists().where(
        Event.about_id == Report.id, site_of(Event) == Report.site_id, Event.type == EventType.REPORT_RECEIVED
    )
    decided = exists().where(
        Event.about_id == Report.id, site_of(Event) == Report.site_id, Event.type == EventType.REPORT_DECIDED
    )
    return _breaches(session, select(Report.id).where(or_(~received, and_(Report.state != ReportState.OPEN, ~decided))))


def _breaches(session: Session, query: Select[Any]) -> Violations:
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    examples: Sequence[Any] = session.scalars(query.limit(EXAMPLES)).all() if count else ()
    return Violations(count, tuple(map(str, examples)))


def _differs(row: Any, words: str) -> bool:
    return bool(row.state != State.ERASED and row.revision == 1 and row.text != words)
