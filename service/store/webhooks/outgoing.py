"""The contents of claimed deliveries: everything that a body and its signature need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from service.domain.reported.reader_links import ReaderLinks
from service.domain.request_trace import NO_REQUEST, RequestTrace
from service.domain.security.encryption import SecretBox
from service.domain.webhooks.endpoint_kinds import CHATS
from service.store.db.by_site import and_site, of_named_site, sites_to_ask
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.reported.public_json import complaint_payload, report_payload
from service.store.reported.statements import statement_of_event
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, Endpoint, EndpointKind, Event, EventType
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site
from service.store.webhooks.author_events import author_payload
from service.store.webhooks.callbacks import callback_body
from service.store.webhooks.public_json import comment_json, payload


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed delivery with everything that its body and its signature need. Secrets are still encrypted."""

    delivery_id: UUID
    site_id: str
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
    #: The request that sent the comment.
    request: RequestTrace = NO_REQUEST
    #: Of a chat with a template of its own.
    template: str = ""
    #: The other deliveries that a message to a chat stands for.
    others: tuple[UUID, ...] = ()

    @property
    def delivery_ids(self) -> tuple[UUID, ...]:
        """All deliveries that this attempt is of."""
        return (self.delivery_id, *self.others)


def outgoing(
    session: Session, delivery_ids: Sequence[UUID], *, token: UUID, now: datetime, links: ReaderLinks, secret_box: SecretBox
) -> list[Outgoing]:
    """The contents of the webhooks that were claimed under this token, with the comments as they are now. The delivery that has
    waited longest comes first.

    A delivery lost its lease if its endpoint was disabled or it was replayed since the claim; then it is left out.
    """
    if not delivery_ids:
        return []
    rows = _rows(session, {"ids": delivery_ids, "token": token})
    return [
        outgoing_message(
            row, _body(row, links, secret_box), now=now, request=RequestTrace.of(row.Comment.context if row.Comment else None)
        )
        for row in rows
    ]


def _rows(session: Session, leased: dict[str, Any]) -> Iterable[AnyRow]:
    sites = sites_to_ask(session, select(Delivery.site_id).where(Delivery.id.in_(leased["ids"])).distinct())
    return chain.from_iterable(session.execute(_contents(of_site=bool(site_id)), and_site(leased, site_id)) for site_id in sites)


@cache
def _contents(*, of_site: bool) -> Any:
    """Built once: to build it takes longer than to run it."""
    mine = of_named_site(Delivery.site_id, is_named=of_site)
    return (
        select(Delivery, Endpoint, Event, Comment, Thread, Site, Report, Complaint)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .join(Site, Site.id == Endpoint.site_id)
        .outerjoin(Event, (Event.id == Delivery.event_id) & (Event.site_id == Delivery.site_id))
        .outerjoin(Report, (Report.id == Event.about_id) & (Report.site_id == Event.site_id))
        .outerjoin(Complaint, (Complaint.id == Event.about_id) & (Complaint.site_id == Event.site_id))
        .outerjoin(
            Comment,
            (Comment.id == func.coalesce(Event.comment_id, Report.comment_id, Complaint.comment_id))
            & (site_of(Comment) == Delivery.site_id),
        )
        .outerjoin(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(
            Delivery.id.in_(bindparam("ids", expanding=True)),
            Delivery.lease_token == bindparam("token"),
            Endpoint.kind.not_in(CHATS),
            *mine,
        )
        .order_by(Delivery.due_at, Delivery.id)
    )


def _live_secrets(endpoint: Endpoint, *, now: datetime) -> tuple[str, ...]:
    """The encrypted secrets that are in force: the new one, and the old one until its time is over."""
    old_lives = endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now
    return (endpoint.secret, endpoint.old_secret) if old_lives else (endpoint.secret,)


def outgoing_message(row: AnyRow, body: dict[str, Any], *, now: datetime, request: RequestTrace = NO_REQUEST) -> Outgoing:
    """A leased Delivery as it is sent, of a row that also has its Endpoint and its Event. A test has no event."""
    delivery, endpoint, event = row.Delivery, row.Endpoint, row.Event
    return Outgoing(
        delivery_id=delivery.id,
        site_id=delivery.site_id,
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
        request=request,
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
