"""The send pool: claimed deliveries in memory, and threads that send them. It lives as long as its process."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from service.actions.webhooks.record_attempts import AttemptResult
from service.clock import utcnow
from service.domain.webhooks.retry_schedule import SLOW_MILLISECONDS
from service.store.webhooks.outgoing import Outgoing

#: Seconds after which an attempt that is still under way makes its endpoint slow.
SLOW = SLOW_MILLISECONDS / 1000
#: Maximum number of claimed deliveries per thread, waiting or being sent. It is high, so that many attempts share a commit.
AHEAD = 16
#: Threads for each one of `threads`, at most. Attempts that turn out to be slow hold these until they end.
_SPARE = 4
#: Seconds after which a thread without work ends.
_IDLE = 30.0


@dataclass(slots=True)
class _Lane:
    """The deliveries to one endpoint: those that wait, and when each attempt under way began (`time.monotonic()`).

    `failed`: nothing is sent or claimed until the failure is recorded.
    """

    was_slow: bool
    waiting: deque[Outgoing] = field(default_factory=deque)
    began: dict[tuple[UUID, ...], float] = field(default_factory=dict)
    failed: bool = False

    def is_slow(self, now: float) -> bool:
        return self.was_slow or any(began <= now - SLOW for began in self.began.values())


class SendPool:
    """Claimed deliveries and the threads that send them. Sending never waits for the database.

    At most `threads` attempts to quick endpoints are under way, and half as many to one endpoint, or to all slow ones together.
    An endpoint is slow if its last answer took over a second, or if an attempt has been under way for so long. Then its attempts
    no longer count among the quick ones: so a slow endpoint holds up the others for a second, and that once.

    `attempt` is the longest time of one attempt; the lease of a delivery must last that long. `orphaned` is called, in the thread
    that sent, if an attempt ends and nobody listens.
    """

    def __init__(
        self, send: Callable[[Outgoing], AttemptResult], *, threads: int, attempt: timedelta, orphaned: Callable[[], None]
    ) -> None:
        self._send, self._attempt, self._orphaned = send, attempt, orphaned
        self._limit, self.share = threads, max(1, threads // 2)
        self._lock = threading.Lock()
        self._work, self._news = threading.Condition(self._lock), threading.Condition(self._lock)
        self._lanes: dict[UUID, _Lane] = {}
        self._ended: list[AttemptResult | BaseException] = []
        self._threads = self._idle = 0
        self._woken = self._listening = self._closed = False

    def add(self, items: Iterable[Outgoing]) -> None:
        """Append these to the waiting deliveries, and start as many threads as there is work for."""
        with self._lock:
            for item in items:
                self._lanes.setdefault(item.endpoint_id, _Lane(item.is_slow)).waiting.append(item)
            self._staff()

    def listen(self) -> bool:
        """The caller takes what ends from now on. False if somebody does so already: then they look at the database at once."""
        with self._lock:
            if self._listening:
                self._woken = True
                self._news.notify()
                return False
            self._listening = True
            return True

    def stop_listening(self, *, late: bool) -> bool:
        """False if an attempt has ended meanwhile, or somebody has called `listen` and it is not `late`: then go on."""
        with self._lock:
            self._listening = bool(self._ended) or (self._woken and not late)
            return not self._listening

    @property
    def is_listening(self) -> bool:
        with self._lock:
            return self._listening

    def abandon(self) -> None:
        """Stop listening whatever has ended."""
        with self._lock:
            self._listening = False

    def ended(self, seconds: float) -> list[AttemptResult]:
        """Attempts that have ended. Waits up to `seconds` for the first, or for a call of `listen`. Raises an error that ended one."""
        with self._lock:
            self._staff()
            if not self._ended and not self._woken and seconds:
                self._news.wait(seconds)
            ended, self._ended, self._woken = self._ended, [], False
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        return [attempt for attempt in ended if isinstance(attempt, AttemptResult)]

    def handed_back(self, *, late: bool) -> list[Outgoing]:
        """Remove and return waiting deliveries that must not be sent now: to endpoints that just failed, what a slow one cannot
        take soon, or all of them if it is `late`."""
        with self._lock:
            back: list[Outgoing] = []
            unseen = {attempt.outgoing.endpoint_id for attempt in self._ended if isinstance(attempt, AttemptResult)}
            for endpoint_id, lane in self._lanes.items():
                keep = 0 if late or lane.failed else self.share if lane.is_slow(time.monotonic()) else len(lane.waiting)
                while len(lane.waiting) > keep:
                    back.append(lane.waiting.pop())
                lane.failed &= endpoint_id in unseen
            self._forget_empty()
            return back

    def room(self, endpoint_id: UUID, *, is_slow: bool, arrived: int) -> int:
        """How many more deliveries may be claimed for an endpoint: twice the number that has just `arrived` there, but at least
        twice as many as may be sent to it at once, and at most `AHEAD` times as many. For a slow one no more than can be sent."""
        with self._lock:
            lane = self._lanes.get(endpoint_id)
            if lane and lane.failed:
                return 0
            held = len(lane.waiting) + len(lane.began) if lane else 0
            is_slow = is_slow or (lane is not None and lane.is_slow(time.monotonic()))
            most = self.share if is_slow else min(AHEAD * self.share, 2 * max(self.share, arrived))
            return most - held

    def limits(self) -> tuple[int, int]:
        """How many more deliveries may be claimed in all: for quick endpoints, and for slow ones."""
        with self._lock:
            held, now = {True: 0, False: 0}, time.monotonic()
            for lane in self._lanes.values():
                held[lane.is_slow(now)] += len(lane.waiting) + len(lane.began)
            return max(0, AHEAD * self._limit - held[False]), max(0, self.share - held[True])

    @property
    def is_empty(self) -> bool:
        with self._lock:
            return not any(lane.waiting or lane.began for lane in self._lanes.values())

    @property
    def under_way(self) -> list[UUID]:
        """The deliveries that are being sent at this moment."""
        with self._lock:
            return [delivery_id for lane in self._lanes.values() for ids in lane.began for delivery_id in ids]

    def close(self, seconds: float) -> None:
        """Start no more attempts. Wait up to `seconds` for those under way."""
        until = time.monotonic() + seconds
        with self._lock:
            self._closed = True
            self._work.notify_all()
            while any(lane.began for lane in self._lanes.values()) and (left := until - time.monotonic()) > 0:
                self._news.wait(left)

    def _staff(self) -> None:
        """Wake or start threads for what may be sent now."""
        threads = min(self._limit, sum(len(lane.waiting) for lane in self._lanes.values()))
        self._work.notify(threads)
        while self._idle < threads and self._threads < _SPARE * self._limit:
            self._threads, self._idle = self._threads + 1, self._idle + 1
            threading.Thread(target=self._run, name="courier", daemon=True).start()

    def _run(self) -> None:
        """The work of one thread: it sends until there was nothing to send for a while."""
        while item := self._next():
            began = time.monotonic()
            try:
                result: AttemptResult | BaseException = self._send(item)
            except BaseException as error:
                result = error
            self._end(item, result, time.monotonic() - began)

    def _next(self) -> Outgoing | None:
        """The next delivery to send; None if the thread may end."""
        with self._lock:
            until = time.monotonic() + _IDLE
            while not self._closed:
                if item := self._picked(time.monotonic()):
                    self._idle -= 1
                    return item
                if not self._work.wait(until - time.monotonic()):
                    break
            self._threads, self._idle = self._threads - 1, self._idle - 1
            return None

    def _picked(self, now: float) -> Outgoing | None:
        """A delivery that may be sent now, of the endpoint with the fewest attempts under way. Drops deliveries whose lease would
        end before the attempt does: another worker may claim them."""
        quick = slow = 0
        open_lanes: list[tuple[int, bool, _Lane]] = []
        for lane in self._lanes.values():
            is_slow = lane.is_slow(now)
            slow, quick = slow + is_slow * len(lane.began), quick + (not is_slow) * len(lane.began)
            if lane.waiting and not lane.failed and len(lane.began) < self.share:
                open_lanes.append((len(lane.began), is_slow, lane))
        latest = utcnow() + self._attempt
        for _, is_slow, lane in sorted(open_lanes, key=lambda row: row[0]):
            while lane.waiting and (slow < self.share if is_slow else quick < self._limit):
                item = lane.waiting.popleft()
                if item.lease_until > latest:
                    lane.began[item.delivery_ids] = now
                    return item
        return None

    def _end(self, item: Outgoing, result: AttemptResult | BaseException, seconds: float) -> None:
        with self._lock:
            lane = self._lanes[item.endpoint_id]
            del lane.began[item.delivery_ids]
            lane.was_slow = seconds >= SLOW
            lane.failed |= not (isinstance(result, AttemptResult) and result.answer.arrived)
            self._ended.append(result)
            self._idle += 1
            self._forget_empty()
            self._news.notify_all()
            orphaned = not self._listening and not self._closed
        if orphaned:
            self._orphaned()

    def _forget_empty(self) -> None:
        empty = [endpoint_id for endpoint_id, lane in self._lanes.items() if not (lane.waiting or lane.began or lane.failed)]
        for endpoint_id in empty:
            del self._lanes[endpoint_id]
