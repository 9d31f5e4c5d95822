"""Gauges for operators: how much work is waiting. Every query uses an index, so the cost stays low at any size."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.comments.claim import oldest_pending
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event, EventState
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState
from service.store.webhooks.deliveries import BREAKER

#: Counting stops here: above it no exact number is needed.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Gauges:
    """The amount of waiting work at one moment. Ages are in seconds, and zero if nothing waits."""

    pending: int
    held: int
    approved: int
    oldest_pending: float
    events_due: int
    deliveries_due: int
    oldest_delivery: float
    deliveries_dead: int
    endpoints_failing: int
    endpoints_slow: int
    reports_open: int
    complaints_open: int


def gauges(session: Session, *, now: datetime) -> Gauges:
    """Measure all gauges."""
    due = select(func.min(Delivery.due_at)).where(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now)
    return Gauges(
        pending=_counted(session, select(Comment.id).where(Comment.state == State.PENDING)),
        held=_counted(session, select(Comment.id).where(Comment.state == State.HELD)),
        approved=session.scalar(select(func.coalesce(func.sum(Thread.approved), 0))) or 0,
        oldest_pending=_age(oldest_pending(session), now),
        events_due=_counted(session, select(Event.id).where(Event.state == EventState.DUE, Event.due_at <= now)),
        deliveries_due=_counted(session, select(Delivery.id).where(Delivery.state == DeliveryState.DUE)),
        oldest_delivery=_age(session.scalar(due), now),
        deliveries_dead=_counted(session, select(Delivery.id).where(Delivery.state == DeliveryState.DEAD)),
        endpoints_failing=_counted(session, select(Endpoint.id).where(Endpoint.enabled, Endpoint.failures >= BREAKER)),
        endpoints_slow=_counted(session, select(Endpoint.id).where(Endpoint.enabled, Endpoint.slow_milliseconds > 0)),
        reports_open=_counted(session, select(Report.id).where(Report.state == ReportState.OPEN)),
        complaints_open=_counted(session, select(Complaint.id).where(Complaint.state == ComplaintState.OPEN)),
    )


def failing_endpoints(session: Session) -> list[tuple[str, str, int]]:
    """The site, the URL and the failures in a row of each endpoint with an open breaker; only the 20 endpoints with the most
    failures."""
    rows = session.execute(
        select(Endpoint.site_id, Endpoint.url, Endpoint.failures)
        .where(Endpoint.enabled, Endpoint.failures >= BREAKER)
        .order_by(Endpoint.failures.desc())
        .limit(20)
    )
    return [(row.site_id, row.url, row.failures) for row in rows]


def _counted(session: Session, which: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(which.limit(MOST).subquery())) or 0


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
