"""Queries of the delivery worker: which deliveries are due, in which order, and the lease that claims them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.domain.webhooks.endpoint_kinds import CHATS
from service.store.db.column_types import AnyRow
from service.store.reported.public_json import complaint_payload, report_payload
from service.store.reported.statements import statement_of_event
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, EndpointKind, Event, EventState, EventType
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site
from service.store.webhooks.author_events import author_payload
from service.store.webhooks.callbacks import callback_body
from service.store.webhooks.public_json import comment_json, payload

#: Failures in a row after which the circuit breaker opens: the endpoint is then only probed now and then.
BREAKER = 5
#: How long events of a site without an endpoint wait, so that many can be marked as sent at once. These events are not urgent.
IDLE_EVENTS_WAIT = timedelta(seconds=2)
#: One message to a chat stands for at most this many deliveries.
MOST_TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed delivery with everything that its body and its signature need. Secrets are still encrypted."""

    delivery_id: UUID
    endpoint_id: UUID
    token: UUID
    lease_until: datetime
    #: False for a delivery that probes a broken endpoint before it is due: its failure does not count as a try.
    in_time: bool
    #: The endpoint was slow with its last answer.
    is_slow: bool
    kind: EndpointKind
    url: str
    secrets: tuple[str, ...]
    message_id: str
    type: EventType
    at: datetime
    body: Mapping[str, Any]
    #: Of a chat with a template of its own.
    template: str = ""
    #: The other deliveries that a message to a chat stands for.
    others: tuple[UUID, ...] = ()

    @property
    def delivery_ids(self) -> tuple[UUID, ...]:
        """All deliveries that this attempt is of."""
        return (self.delivery_id, *self.others)


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether the delivery worker has work. One read of small indexes, so that an idle worker never takes the write lock."""
    event_due = exists().where(Event.state == EventState.DUE, Event.due_at <= now)
    has_endpoint = exists().where(Endpoint.site_id == Event.site_id, Endpoint.enabled)
    return bool(
        session.scalar(
            select(
                or_(
                    event_due.where(or_(Event.due_at <= now - IDLE_EVENTS_WAIT, has_endpoint)),
                    exists().where(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now, _free(now)),
                    exists().where(Endpoint.enabled, Endpoint.failures >= BREAKER, Endpoint.probe_at <= now, _waits(now)),
                )
            )
        )
    )


def claim(
    session: Session,
    *,
    token: UUID,
    limit: int,
    slow_limit: int,
    room: Callable[..., int],
    now: datetime,
    lease: timedelta,
    probe_every: timedelta,
) -> Sequence[UUID]:
    """Lease up to `limit` deliveries under one fencing token, and up to `slow_limit` to slow endpoints. The deliveries of one comment to an endpoint are leased strictly in
    order. All that is due to a chat is leased together, because it becomes one message.

    `room(endpoint_id, is_slow=...)` returns how many more deliveries an endpoint may have in flight. A broken endpoint gets one
    delivery as a probe: the one that has waited longest, even if it is not due yet.
    """
    chosen: list[UUID] = []
    left = {False: limit, True: slow_limit}
    for endpoint in _ready(session, now):
        probing, is_chat, is_slow = endpoint.failures >= BREAKER, endpoint.kind in CHATS, endpoint.slow_milliseconds > 0
        most = min(left[is_slow], 1 if probing else room(endpoint.id, is_slow=is_slow))
        if most > 0:
            candidates = _candidates(endpoint.id, probing, is_chat, now)
            found = session.scalars(candidates.limit(MOST_TOGETHER if is_chat else most)).all()
            chosen += found
            left[is_slow] -= 1 if is_chat and found else len(found)
            if probing:
                _probed(session, endpoint.id, now + probe_every)
    # A test is sent at once, also to a broken or disabled endpoint.
    chosen += session.scalars(select(Delivery.id).where(Delivery.event_id.is_(None), _due(now)).limit(left[False]))
    if not chosen:
        return []
    return session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(chosen), Delivery.state == DeliveryState.DUE, _free(now))
        .values(lease_token=token, lease_until=now + lease)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()


def release(session: Session, leased: Sequence[tuple[UUID, UUID]]) -> None:
    """Give up leases (delivery id, token) before anything was sent, so that any worker can claim these deliveries."""
    for token in {token for _, token in leased}:
        ids = [delivery_id for delivery_id, its_token in leased if its_token == token]
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.lease_token == token, Delivery.state == DeliveryState.DUE)
            .values(lease_token=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def outgoing(
    session: Session, delivery_ids: Sequence[UUID], *, token: UUID, now: datetime, links: ReaderLinks, secret_box: SecretBox
) -> list[Outgoing]:
    """The contents of the webhooks that were claimed under this token, with the comments as they are now. The delivery that has
    waited longest comes first.

    A delivery lost its lease if its endpoint was disabled or it was replayed since the claim; then it is left out.
    """
    if not delivery_ids:
        return []
    rows = session.execute(
        select(Delivery, Endpoint, Event, Comment, Thread, Site, Report, Complaint)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .join(Site, Site.id == Endpoint.site_id)
        .outerjoin(Event, Event.id == Delivery.event_id)
        .outerjoin(Report, Report.id == Event.about_id)
        .outerjoin(Complaint, Complaint.id == Event.about_id)
        .outerjoin(Comment, Comment.id == func.coalesce(Event.comment_id, Report.comment_id, Complaint.comment_id))
        .outerjoin(Thread, Thread.id == Comment.thread_id)
        .where(Delivery.id.in_(delivery_ids), Delivery.lease_token == token, Endpoint.kind.not_in(CHATS))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return [outgoing_message(row, _body(row, links, secret_box), now=now) for row in rows]


def _live_secrets(endpoint: Endpoint, *, now: datetime) -> tuple[str, ...]:
    """The encrypted secrets that are in force: the new one, and the old one until its time is over."""
    old_lives = endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now
    return (endpoint.secret, endpoint.old_secret) if old_lives else (endpoint.secret,)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now, _free(now))


def _waits(now: datetime) -> ColumnElement[bool]:
    return exists().where(Delivery.endpoint_id == Endpoint.id, Delivery.state == DeliveryState.DUE, _free(now))


def _ready(session: Session, now: datetime) -> Sequence[AnyRow]:
    """Endpoints that may be called now and have deliveries waiting. Working endpoints come in random order, so that under
    overload each gets its share.
    """
    due = exists().where(Delivery.endpoint_id == Endpoint.id, _due(now))
    return session.execute(
        select(Endpoint.id, Endpoint.failures, Endpoint.kind, Endpoint.slow_milliseconds)
        .where(
            Endpoint.enabled,
            or_(Endpoint.probe_at.is_(None), Endpoint.probe_at <= now),
            or_(due, and_(Endpoint.failures >= BREAKER, _waits(now))),
        )
        .order_by(Endpoint.failures, func.random())
    ).all()


def _candidates(endpoint_id: UUID, probing: bool, is_chat: bool, now: datetime) -> Any:
    """Deliveries to one endpoint, apart from those that must wait for an earlier delivery of the same comment that is still
    due. A message to a chat tells all of them together, so there none has to wait."""
    earlier = aliased(Delivery)
    held_back = exists().where(
        earlier.endpoint_id == endpoint_id,
        earlier.comment_id == Delivery.comment_id,
        earlier.seq < Delivery.seq,
        earlier.state == DeliveryState.DUE,
    )
    return (
        select(Delivery.id)
        .where(
            Delivery.endpoint_id == endpoint_id,
            Delivery.event_id.is_not(None),
            Delivery.state == DeliveryState.DUE,
            _free(now),
            *(() if is_chat else (~held_back,)),
            *(() if probing else (Delivery.due_at <= now,)),
        )
        .order_by(Delivery.due_at, Delivery.id)
        # SKIP LOCKED: delivery workers do not wait for each other's row locks.
        .with_for_update(skip_locked=True, of=Delivery)
    )


def _probed(session: Session, endpoint_id: UUID, next_probe: datetime) -> None:
    """Set the time of the next probe, so that no other delivery worker probes the endpoint now."""
    session.execute(
        update(Endpoint)
        .where(Endpoint.id == endpoint_id)
        .values(probe_at=next_probe)
        .execution_options(synchronize_session=False)
    )


def outgoing_message(row: AnyRow, body: dict[str, Any], *, now: datetime) -> Outgoing:
    """A leased Delivery as it is sent, of a row that also has its Endpoint and its Event. A test has no event."""
    delivery, endpoint, event = row.Delivery, row.Endpoint, row.Event
    return Outgoing(
        delivery_id=delivery.id,
        endpoint_id=endpoint.id,
        token=delivery.lease_token,
        lease_until=delivery.lease_until,
        in_time=delivery.due_at <= now,
        is_slow=endpoint.slow_milliseconds > 0,
        kind=EndpointKind(endpoint.kind),
        url=endpoint.url,
        secrets=_live_secrets(endpoint, now=now),
        message_id=str(event.id if event else delivery.id),
        type=EventType(event.type) if event else EventType.TEST,
        at=event.at if event else delivery.created_at,
        body=body,
    )


def _body(row: AnyRow, links: ReaderLinks, secret_box: SecretBox) -> dict[str, Any]:
    _, endpoint, event, comment, thread, site, report, complaint = row
    if endpoint.kind == EndpointKind.AKISMET:
        return callback_body(event)
    if event is None:
        return {"site": endpoint.site_id, "endpoint": str(endpoint.id)}
    name = site.name or site.id
    if complaint is not None:
        return complaint_payload(event, complaint, comment_json(comment, thread), name, links=links, secret_box=secret_box)
    if report is not None:
        return report_payload(event, report, comment_json(comment, thread), name, links=links, secret_box=secret_box)
    if event.seq < 0:
        return author_payload(event, comment, site, links=links)
    return {**payload(event, comment, thread), "statement": statement_of_event(event, site, links=links)}
