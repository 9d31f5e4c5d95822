"""Record: what came of attempts is written down, and decides what becomes of the deliveries and their endpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.domain.webhooks import GIVE_UP, Answer, next_try, pause_of
from service.store.deliveries import BREAKER, Outgoing
from service.store.outbox import Attempt, Delivery, DeliveryState, Endpoint, EventType
from service.store.schema import table

#: Characters of an answer that are kept for a person to read.
KEPT = 1000
_GONE = 410
#: Statuses whose Retry-After speaks for the whole endpoint.
_PAUSING = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: what was sent, when it began, and what came back."""

    outgoing: Outgoing
    at: datetime
    answer: Answer


def record(session: Session, tried: Sequence[Tried], *, now: datetime, probe_every: timedelta) -> int:
    """Write attempts down, each only where its lease still holds. Returns how many did.

    Whoever lost the lease leaves no trace here: another courier sends the same again, under the same id.
    """
    endpoints = _endpoints(session, {t.outgoing.endpoint_id for t in tried})
    held = [t for t in tried if t.outgoing.endpoint_id in endpoints and _moved(session, t, now)]
    if held:
        session.execute(insert(table(Attempt)), [_attempt_row(t) for t in held])
    for endpoint_id in sorted(endpoints):
        mine = [t for t in held if t.outgoing.endpoint_id == endpoint_id]
        if mine:
            _keep_health(session, endpoints[endpoint_id], mine, now, probe_every)
    return len(held)


def _endpoints(session: Session, ids: set[UUID]) -> dict[UUID, Endpoint]:
    """Locked in the order of their ids, so that two couriers never wait for each other in a ring."""
    rows = session.scalars(select(Endpoint).where(Endpoint.id.in_(ids)).order_by(Endpoint.id).with_for_update())
    return {endpoint.id: endpoint for endpoint in rows}


def _moved(session: Session, tried: Tried, now: datetime) -> bool:
    outgoing = tried.outgoing
    row = session.execute(
        update(Delivery)
        .where(Delivery.id == outgoing.delivery_id, Delivery.lease_token == outgoing.token, Delivery.state == DeliveryState.DUE)
        .values(lease_token=None, lease_until=None, tries=Delivery.tries + 1)
        .returning(Delivery.tries, Delivery.due_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return False
    values = _outcome(tried, row.tries, now)
    if values:
        session.execute(
            update(Delivery)
            .where(Delivery.id == outgoing.delivery_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    return True


def _outcome(tried: Tried, tries: int, now: datetime) -> dict[str, Any]:
    """What the attempt makes of its delivery."""
    if tried.answer.arrived:
        return {"state": DeliveryState.DONE, "done_at": now}
    if tried.outgoing.type is EventType.TEST:
        return {"state": DeliveryState.DEAD}
    if not tried.outgoing.in_time:
        return {"tries": tries - 1}
    due_at = next_try(tries, now=now, retry_after=tried.answer.retry_after)
    return {"state": DeliveryState.DEAD} if due_at is None else {"due_at": due_at}


def _keep_health(session: Session, endpoint: Endpoint, tried: Sequence[Tried], now: datetime, probe_every: timedelta) -> None:
    """Count failures in a row, open or close the breaker, and take the host at its word where it says gone or later."""
    broken = endpoint.failures >= BREAKER
    for one in sorted(tried, key=lambda t: t.at):
        answer = one.answer
        if answer.arrived:
            endpoint.failures, endpoint.probe_at = 0, None
        elif one.outgoing.type is not EventType.TEST:
            endpoint.failures += 1
            pause = pause_of(answer.retry_after, now=now) if answer.status in _PAUSING else timedelta(0)
            if endpoint.failures >= BREAKER:
                pause = max(pause, probe_every)
            endpoint.probe_at = now + pause if pause else endpoint.probe_at
            endpoint.enabled = endpoint.enabled and answer.status != _GONE
    session.flush()
    if not endpoint.enabled:
        bury(session, endpoint.id)
    elif broken and endpoint.failures == 0:
        _hurry(session, endpoint.id, now)
    elif endpoint.failures >= BREAKER:
        bury(session, endpoint.id, older_than=now - GIVE_UP)


def bury(session: Session, endpoint_id: UUID, *, older_than: datetime | None = None) -> None:
    """What waits for an endpoint is given up: kept, shown, and sent again on demand."""
    waiting = [Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.DUE]
    if older_than is not None:
        waiting.append(Delivery.created_at < older_than)
    session.execute(
        update(Delivery)
        .where(*waiting)
        .values(state=DeliveryState.DEAD, lease_token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def _hurry(session: Session, endpoint_id: UUID, now: datetime) -> None:
    """The endpoint is well again: what waited for its next try goes now."""
    session.execute(
        update(Delivery)
        .where(Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.DUE, Delivery.due_at > now)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def _attempt_row(tried: Tried) -> dict[str, Any]:
    answer = tried.answer
    error = answer.error or ("" if answer.arrived else _in_words(answer.status))
    return {
        "id": new_id(),
        "delivery_id": tried.outgoing.delivery_id,
        "at": tried.at,
        "status": answer.status,
        "error": error,
        "response": answer.text[:KEPT],
        "milliseconds": answer.milliseconds,
    }


def _in_words(status: int | None) -> str:
    if status == _GONE:
        return "410: the host wants no more; the endpoint is disabled"
    if status is not None and 300 <= status < 400:
        return f"{status}: redirects are not followed"
    return f"{status}: only 2xx says that it arrived"
