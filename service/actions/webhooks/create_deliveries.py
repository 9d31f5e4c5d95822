"""Turn due events into deliveries, one for each endpoint that receives this type of event, and into mails to readers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.actions.reported.queue_mails import queue_mails
from service.domain.ids import new_id
from service.domain.webhooks.endpoint_kinds import CHATS
from service.domain.webhooks.retry_schedule import end_of_minute
from service.store.db.by_site import and_site, each_site, of_named_site
from service.store.db.column_types import AnyRow, table
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, EndpointKind, Event, EventState
from service.store.webhooks.callbacks import contexts_of, is_for_callback

#: One transaction handles at most this many due events.
MOST = 500
#: The key of an advisory lock on PostgreSQL. Only one delivery worker creates deliveries at a time: otherwise a later event could
#: overtake an earlier one. The key can be any number that no other program uses.
_LOCK = 4_719_002
_EVENT, _ENDPOINT, _DELIVERY = table(Event).c, table(Endpoint).c, table(Delivery).c


@dataclass(frozen=True, slots=True)
class FirstLease:
    """A lease for new deliveries, which then need not be claimed. `takes` says whether one more to an endpoint may be leased."""

    token: UUID
    until: datetime
    takes: Callable[[UUID], bool]


@dataclass(frozen=True, slots=True)
class Created:
    """How many events were taken, those of a site without endpoints too; which new deliveries are leased, and whether others are
    due."""

    events: int = 0
    leased: Sequence[UUID] = ()
    others: bool = False

    def __add__(self, more: "Created") -> "Created":
        return Created(self.events + more.events, [*self.leased, *more.leased], self.others or more.others)


def create_deliveries(session: Session, *, now: datetime, mails: bool = False, lease: FirstLease | None = None) -> Created:
    """Turn due events into deliveries, and with `mails` into mails to readers. A `lease` may only be given if no older delivery is
    due: a new one would overtake it."""
    if not _my_turn(session):
        return Created()
    due = session.connection().execute(_due(), {"now": now}).all()
    done = Created()
    for site_id, some in each_site(session, due, lambda event: event.site_id):
        done += _create(session, site_id, some, now=now, mails=mails, lease=lease)
    return done


def _create(
    session: Session, site_id: str, due: Sequence[AnyRow], *, now: datetime, mails: bool, lease: FirstLease | None
) -> Created:
    """Create the deliveries of these events, with Citus of one site."""
    connection = session.connection()
    ids = {"ids": list({event.id for event in due} | _earlier(session, site_id, due))}
    events = connection.execute(_mark_as_sent(of_site=bool(site_id)), and_site(ids, site_id)).all()
    if not events:
        return Created()
    endpoints = connection.execute(_endpoints(), {"sites": list({event.site_id for event in events})}).all()
    rows = list(_rows(session, site_id, sorted(events, key=lambda event: (event.at, event.id)), endpoints, now))
    leased = _leased(session, site_id, rows, endpoints, lease) if lease else []
    if rows:
        connection.execute(_insert(session.get_bind().dialect.name), rows)
    if mails:
        queue_mails(session, [event.id for event in events if event.about_id], site_id=site_id, now=now)
    return Created(len(events), leased, any(row["due_at"] == now and row["lease_token"] is None for row in rows))


def _my_turn(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))


@cache
def _due() -> Any:
    return (
        select(_EVENT.id, _EVENT.site_id, _EVENT.comment_id, _EVENT.about_id, _EVENT.seq)
        .where(_EVENT.state == EventState.DUE, _EVENT.due_at <= bindparam("now"))
        .order_by(_EVENT.due_at, _EVENT.id)
        .limit(MOST)
    )


def _earlier(session: Session, site_id: str, due: Sequence[AnyRow]) -> set[UUID]:
    """The events before these of the same comments (or of the same reports and complaints), even if an earlier one is still
    delayed so that it can be undone.

    Once a later change is due, an undo can no longer withdraw the earlier event, and the earlier event has to arrive first.
    """
    found: set[UUID] = set()
    for name, events in (
        ("comment_id", [event for event in due if event.comment_id]),
        ("about_id", [event for event in due if not event.comment_id]),
    ):
        last: dict[UUID, int] = {}
        for event in events:
            subject = getattr(event, name)
            last[subject] = max(event.seq, last.get(subject, 0))
        if last:
            values = and_site({"subjects": list(last)}, site_id)
            earlier = session.connection().execute(_still_due(name, of_site=bool(site_id)), values)
            found |= {event_id for event_id, subject, seq in earlier if seq < last[subject]}
    return found


@cache
def _still_due(subject: str, *, of_site: bool) -> Any:
    column = _EVENT[subject]
    mine = of_named_site(_EVENT.site_id, is_named=of_site)
    return select(_EVENT.id, column, _EVENT.seq).where(
        column.in_(bindparam("subjects", expanding=True)), _EVENT.state == EventState.DUE, *mine
    )


@cache
def _mark_as_sent(*, of_site: bool) -> Any:
    """Mark these events as sent, and return the events that were still due. An undo at the same moment either came first, or
    comes too late."""
    names = ("id", "site_id", "comment_id", "about_id", "seq", "type", "at", "from_state", "facts")
    mine = of_named_site(_EVENT.site_id, is_named=of_site)
    return (
        update(table(Event))
        .where(_EVENT.id.in_(bindparam("ids", expanding=True)), _EVENT.state == EventState.DUE, *mine)
        .values(state=EventState.SENT)
        .returning(*(_EVENT[name] for name in names))
    )


def _rows(
    session: Session, site_id: str, events: Sequence[AnyRow], endpoints: Sequence[AnyRow], now: datetime
) -> Iterator[dict[str, Any]]:
    """A row for each event and each of these endpoints that receives it."""
    blogs = {row.site_id for row in endpoints if row.kind == EndpointKind.AKISMET}
    contexts = (
        contexts_of(session, site_id, [e.comment_id for e in events if e.comment_id and e.site_id in blogs]) if blogs else {}
    )
    for event in events:
        for endpoint in endpoints:
            if endpoint.site_id == event.site_id and _receives(endpoint, event, contexts):
                yield {
                    "id": new_id(),
                    "site_id": event.site_id,
                    "event_id": event.id,
                    "endpoint_id": endpoint.id,
                    "comment_id": event.comment_id or event.about_id,
                    "seq": event.seq,
                    "state": DeliveryState.DUE,
                    "due_at": end_of_minute(now) if endpoint.kind in CHATS else now,
                    "tries": 0,
                    "created_at": now,
                    "lease_token": None,
                    "lease_until": None,
                }


@cache
def _endpoints() -> Any:
    """The enabled endpoints of these sites."""
    names = ("id", "site_id", "kind", "events", "failures", "probe_at", "slow_milliseconds")
    return select(*(_ENDPOINT[name] for name in names)).where(
        _ENDPOINT.site_id.in_(bindparam("sites", expanding=True)), _ENDPOINT.enabled
    )


def _receives(endpoint: AnyRow, event: AnyRow, contexts: Mapping[UUID, Mapping[str, Any]]) -> bool:
    if endpoint.kind == EndpointKind.AKISMET:
        return is_for_callback(event, endpoint.id, contexts.get(event.comment_id, {}))
    return event.type in endpoint.events


def _leased(
    session: Session, site_id: str, rows: Sequence[dict[str, Any]], endpoints: Sequence[AnyRow], lease: FirstLease
) -> list[UUID]:
    """Lease the new rows that may be sent now: to an endpoint that is well, and the first of their comment. A delivery that is
    under way, or waits for its next try, holds back those after it."""
    well = {e.id for e in endpoints if not (e.failures or e.probe_at or e.slow_milliseconds or e.kind in CHATS)}
    mine = [row for row in rows if row["endpoint_id"] in well]
    first: dict[tuple[UUID, UUID], int] = {}
    for row in mine:
        place = (row["endpoint_id"], row["comment_id"])
        first[place] = min(row["seq"], first.get(place, row["seq"]))
    busy = {(row.endpoint_id, row.comment_id) for row in _unfinished(session, site_id, mine)}
    leased = []
    for row in mine:
        place = (row["endpoint_id"], row["comment_id"])
        if row["seq"] == first[place] and place not in busy and lease.takes(row["endpoint_id"]):
            row["lease_token"], row["lease_until"] = lease.token, lease.until
            leased.append(row["id"])
    return leased


def _unfinished(session: Session, site_id: str, rows: Sequence[dict[str, Any]]) -> Sequence[AnyRow]:
    values: dict[str, Any] = {
        "endpoints": list({row["endpoint_id"] for row in rows}),
        "comments": list({row["comment_id"] for row in rows}),
    }
    return session.connection().execute(_before(of_site=bool(site_id)), and_site(values, site_id)).all() if rows else []


@cache
def _before(*, of_site: bool) -> Any:
    return select(_DELIVERY.endpoint_id, _DELIVERY.comment_id).where(
        _DELIVERY.endpoint_id.in_(bindparam("endpoints", expanding=True)),
        _DELIVERY.comment_id.in_(bindparam("comments", expanding=True)),
        _DELIVERY.state == DeliveryState.DUE,
        *of_named_site(_DELIVERY.site_id, is_named=of_site),
    )


@cache
def _insert(dialect: str) -> Any:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table(Delivery)).on_conflict_do_nothing()
