"""Record delivery attempts, and update the deliveries and the health of their endpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.ids import new_id
from service.domain.webhooks.endpoint_kinds import CHATS
from service.domain.webhooks.retry_schedule import GIVE_UP, SLOW_MILLISECONDS, Answer, end_of_minute, next_try, pause_of
from service.store.db.by_site import and_site, each_site, of_named_site
from service.store.db.column_types import table
from service.store.tables.outbox import Attempt, Delivery, DeliveryState, Endpoint, EventType
from service.store.webhooks.deliveries import BREAKER
from service.store.webhooks.outgoing import Outgoing

#: The number of characters of a response that are stored for people to read.
KEPT = 1000
_GONE = 410
#: Statuses whose Retry-After applies to the whole endpoint.
_PAUSING = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """One attempt: the delivery that was sent (or the deliveries, to a chat), the time it began, and the response."""

    outgoing: Outgoing
    at: datetime
    answer: Answer


def record_attempts(session: Session, tried: Sequence[AttemptResult], *, now: datetime, probe_every: timedelta) -> int:
    """Record the attempts whose lease is still valid. Returns how many were recorded.

    An attempt that lost its lease is not recorded: another delivery worker sends the same message again, under the same id.
    """
    endpoints = _at_stake(session, tried)
    moved = _arrived(session, [t for t in tried if t.answer.arrived], now)
    moved |= {delivery_id for t in tried if not t.answer.arrived for delivery_id in _failed(session, t, now)}
    rows = [_attempt_row(t, delivery_id) for t in tried for delivery_id in t.outgoing.delivery_ids if delivery_id in moved]
    if rows:
        session.connection().execute(_insert(), rows)
    recorded = [t for t in tried if not moved.isdisjoint(t.outgoing.delivery_ids)]
    for endpoint in endpoints:
        attempts = [t for t in recorded if t.outgoing.endpoint_id == endpoint.id]
        if attempts:
            _keep_health(session, endpoint, attempts, now, probe_every)
    return len(recorded)


def _at_stake(session: Session, tried: Sequence[AttemptResult]) -> Sequence[Endpoint]:
    """The endpoints whose health may change, locked in the order of their ids, so that two delivery workers cannot deadlock. If
    all endpoints work and are quick, none is locked, and the workers do not wait for each other."""
    ids = {t.outgoing.endpoint_id for t in tried}
    unwell = {t.outgoing.endpoint_id for t in tried if not t.answer.arrived or t.answer.milliseconds >= SLOW_MILLISECONDS}
    unwell |= set(session.connection().scalars(_unwell(), {"ids": list(ids)}))
    if not unwell:
        return ()
    return session.scalars(select(Endpoint).where(Endpoint.id.in_(unwell)).order_by(Endpoint.id).with_for_update()).all()


def _arrived(session: Session, tried: Sequence[AttemptResult], now: datetime) -> set[UUID]:
    """Mark arrived deliveries as done, with one statement per lease. Returns those whose lease was still valid."""
    done: set[UUID] = set()
    for token in {t.outgoing.token for t in tried}:
        theirs = [t.outgoing for t in tried if t.outgoing.token == token]
        for site_id, some in each_site(session, theirs, lambda outgoing: outgoing.site_id):
            ids = [delivery_id for outgoing in some for delivery_id in outgoing.delivery_ids]
            values = and_site({"ids": ids, "token": token, "now": now}, site_id)
            done |= set(session.connection().scalars(_done(of_site=bool(site_id)), values))
    return done


@cache
def _insert() -> Any:
    return insert(table(Attempt))


@cache
def _unwell() -> Any:
    """Which of these endpoints failed, or were slow, with their last answer."""
    endpoint = table(Endpoint).c
    return select(endpoint.id).where(
        endpoint.id.in_(bindparam("ids", expanding=True)), or_(endpoint.failures > 0, endpoint.slow_milliseconds > 0)
    )


@cache
def _done(*, of_site: bool) -> Any:
    """Mark deliveries as done whose lease is still valid."""
    delivery = table(Delivery).c
    return (
        update(table(Delivery))
        .where(
            delivery.id.in_(bindparam("ids", expanding=True)),
            delivery.lease_token == bindparam("token"),
            delivery.state == DeliveryState.DUE,
            *of_named_site(delivery.site_id, is_named=of_site),
        )
        .values(state=DeliveryState.DONE, done_at=bindparam("now"), tries=delivery.tries + 1, lease_token=None, lease_until=None)
        .returning(delivery.id)
    )


def _failed(session: Session, tried: AttemptResult, now: datetime) -> set[UUID]:
    """Update the deliveries of an attempt that did not arrive. Returns those whose lease was still valid."""
    mine = (Delivery.site_id == tried.outgoing.site_id, Delivery.id.in_(tried.outgoing.delivery_ids))
    leased = (*mine, Delivery.lease_token == tried.outgoing.token)
    rows = session.execute(
        select(Delivery.id, Delivery.tries).where(*leased, Delivery.state == DeliveryState.DUE).with_for_update()
    )
    tries_of: dict[UUID, int] = {row.id: row.tries for row in rows}
    for tries in set(tries_of.values()):
        values = {"tries": tries + 1, "lease_token": None, "lease_until": None, **_outcome(tried, tries + 1, now)}
        ids = [delivery_id for delivery_id, count in tries_of.items() if count == tries]
        session.execute(
            update(Delivery)
            .where(Delivery.site_id == tried.outgoing.site_id, Delivery.id.in_(ids))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    return set(tries_of)


def _outcome(tried: AttemptResult, tries: int, now: datetime) -> dict[str, Any]:
    """The new column values of a delivery after a failed attempt."""
    if tried.outgoing.type is EventType.TEST:
        return {"state": DeliveryState.DEAD}
    if not tried.outgoing.in_time:
        return {"tries": tries - 1}
    due_at = next_try(tries, now=now, retry_after=tried.answer.retry_after)
    if due_at is None:
        return {"state": DeliveryState.DEAD}
    return {"due_at": end_of_minute(due_at) if tried.outgoing.kind in CHATS else due_at}


def _keep_health(
    session: Session, endpoint: Endpoint, tried: Sequence[AttemptResult], now: datetime, probe_every: timedelta
) -> None:
    """Count failures in a row, open or close the breaker, and note how slow the last answer was. Status 410 disables the endpoint;
    Retry-After pauses it."""
    broken, enabled = endpoint.failures >= BREAKER, endpoint.enabled
    for one in sorted(tried, key=lambda t: t.at):
        answer = one.answer
        endpoint.slow_milliseconds = answer.milliseconds if answer.milliseconds >= SLOW_MILLISECONDS else 0
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
        give_up(session, endpoint.id)
        if enabled:
            off = {"enabled": False, "because": f"it answered {_GONE}"}
            record_audit(
                session,
                AuditEvent.ENDPOINT_CHANGED,
                site_id=endpoint.site_id,
                target=endpoint.id,
                before={"enabled": True},
                after=off,
            )
    elif broken and endpoint.failures == 0:
        _retry_now(session, endpoint.id, now)
    elif endpoint.failures >= BREAKER:
        give_up(session, endpoint.id, older_than=now - GIVE_UP)


def give_up(session: Session, endpoint_id: UUID, *, older_than: datetime | None = None) -> None:
    """Make the waiting deliveries of an endpoint dead. They are kept and shown, and can be replayed."""
    waiting = [Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.DUE]
    if older_than is not None:
        waiting.append(Delivery.created_at < older_than)
    session.execute(
        update(Delivery)
        .where(*waiting)
        .values(state=DeliveryState.DEAD, lease_token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def _retry_now(session: Session, endpoint_id: UUID, now: datetime) -> None:
    """Make all waiting deliveries due now: the endpoint works again."""
    session.execute(
        update(Delivery)
        .where(Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.DUE, Delivery.due_at > now)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def _attempt_row(tried: AttemptResult, delivery_id: UUID) -> dict[str, Any]:
    answer = tried.answer
    error = answer.error or ("" if answer.arrived else _in_words(answer.status))
    return {
        "id": new_id(),
        "site_id": tried.outgoing.site_id,
        "delivery_id": delivery_id,
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
