"""The courier: due events become deliveries, and deliveries are sent, in order a comment, until they arrive or are dead."""

import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.fan_out import fan_out
from service.actions.record import Tried, record
from service.config import Settings
from service.crash import CrashPoint, crash_point
from service.domain.ids import new_id
from service.domain.sealing import BrokenSeal, Seal
from service.domain.webhooks import Answer, signatures
from service.jobs import Job
from service.store.deliveries import Outgoing, anything_due, claim, outgoing
from workers.http import Outside
from workers.workshop import Workshop

log = logging.getLogger("greenroom.deliver")

#: Seconds for which finished attempts gather, so that they share a commit, and fresh events wait for their turn.
GATHER = 0.02


def deliver(workshop: Workshop, *, seconds: float = 4.0) -> int:
    """Send what is due until nothing is, or the time is used up. Returns how many attempts were written down.

    One thread talks to the database, in one transaction a turn; the others only send, and hold no database while they do.
    """
    with workshop.database.reading() as session:
        if not anything_due(session, now=_now()):
            return 0
    with ThreadPoolExecutor(workshop.settings.courier_threads, thread_name_prefix="courier") as pool:
        attempted, unfinished = _Round(workshop, pool).run(until=time.monotonic() + seconds)
    if unfinished:
        workshop.bell.ring(Job.DELIVER)
    return attempted


class _Round:
    """One call of the courier: turns of writing down, fanning out and claiming, while the pool sends."""

    def __init__(self, workshop: Workshop, pool: ThreadPoolExecutor) -> None:
        self._workshop = workshop
        self._pool = pool
        self._van = _Van(workshop.settings)
        self._probe_every = timedelta(seconds=workshop.settings.webhook_probe_every)
        self._under_way: dict[Future[Tried], Outgoing] = {}

    def run(self, *, until: float) -> tuple[int, bool]:
        """Attempts written down, and whether the time ended before the work did."""
        attempted = 0
        while True:
            done, _ = wait(self._under_way, timeout=GATHER)
            late = time.monotonic() > until
            claimed = self._turn([future.result() for future in done], taking=not late)
            attempted += len(done)
            for future in done:
                del self._under_way[future]
            for item in claimed:
                self._under_way[self._pool.submit(self._van.send, item)] = item
            if not self._under_way:
                return attempted, late

    def _turn(self, finished: Sequence[Tried], *, taking: bool) -> list[Outgoing]:
        database, now = self._workshop.database, _now()
        if taking:
            with database.reading() as session:
                taking = anything_due(session, now=now)
        if not finished and not taking:
            return []
        with database.writing() as session:
            if finished:
                record(session, finished, now=now, probe_every=self._probe_every)
                crash_point(CrashPoint.RECORDED)
            ids = self._taken(session, {tried.outgoing.delivery_id for tried in finished}, now) if taking else []
        if ids:
            crash_point(CrashPoint.LEASED)
        with database.reading() as session:
            return outgoing(session, ids, now=now)

    def _taken(self, session: Session, finished: set[UUID], now: datetime) -> Sequence[UUID]:
        """Fan out, and claim as much as threads are free: what is claimed starts at once, so its lease outlasts it."""
        if fan_out(session, now=now):
            crash_point(CrashPoint.FANNED_OUT)
        settings = self._workshop.settings
        busy = Counter(item.endpoint_id for item in self._under_way.values() if item.delivery_id not in finished)
        return claim(
            session,
            token=new_id(),
            limit=settings.courier_threads - busy.total(),
            busy=busy,
            share=max(1, settings.courier_threads // 2),
            now=now,
            lease=timedelta(seconds=max(settings.lease, 2 * settings.webhook_timeout)),
            probe_every=self._probe_every,
        )


class _Van:
    """Makes the request of a delivery and sends it. Shared by the threads; touches no database."""

    def __init__(self, settings: Settings) -> None:
        self._outside = Outside(allow=settings.webhook_allow, seconds=settings.webhook_timeout)
        self._seal = Seal.from_secret(settings.secret)

    def send(self, item: Outgoing) -> Tried:
        """One attempt, signed for this moment."""
        at = _now()
        told = {"type": item.type, "timestamp": item.at.isoformat(), "data": item.body}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            keys = [self._seal.open(sealed) for sealed in item.secrets]
        except BrokenSeal as error:
            return Tried(item, at, Answer(None, error=f"the secret of this endpoint is unreadable: {error}"))
        answer = self._outside.post(item.url, body, _headers(item, keys, at, body))
        crash_point(CrashPoint.POSTED)
        log.info("attempted", extra={"delivery": str(item.delivery_id), "status": answer.status, "ms": answer.milliseconds})
        return Tried(item, at, answer)


def _headers(item: Outgoing, keys: Sequence[str], at: datetime, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Greenroom-Webhooks/1",
        "webhook-id": item.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures(keys, item.message_id, at, body),
    }


def _now() -> datetime:
    return datetime.now(UTC)
