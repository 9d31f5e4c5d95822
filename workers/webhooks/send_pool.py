"""The send pool: claimed deliveries in memory, and threads that take and send them. Sending never waits for the database."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

from service.actions.webhooks.record_attempts import AttemptResult
from service.clock import utcnow
from service.store.webhooks.deliveries import Outgoing


class SendPool:
    """Claimed deliveries and the threads that send them.

    At most half of the threads send to one endpoint, so that a slow endpoint cannot block the others. `attempt` is the longest
    time of one attempt; the lease of a delivery must last that long. After `until` (`time.monotonic()`) no attempt is started.
    """

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        send: Callable[[Outgoing], AttemptResult],
        *,
        threads: int,
        attempt: timedelta,
        until: float,
    ) -> None:
        self._pool, self._send, self._threads = pool, send, threads
        self._attempt, self._until = attempt, until
        self.share = max(1, threads // 2)
        self._lock = threading.Lock()
        self._waiting: list[Outgoing] = []
        self._under_way: Counter[UUID] = Counter()
        self._failed: set[UUID] = set()
        self._busy = 0
        self._back: SimpleQueue[AttemptResult | BaseException] = SimpleQueue()

    def add(self, items: Iterable[Outgoing]) -> None:
        """Append these to the waiting deliveries, and start as many threads as there is work for."""
        with self._lock:
            self._waiting += items
            wanted = min(self._threads - self._busy, len(self._waiting))
            self._busy += wanted
        for _ in range(wanted):
            self._pool.submit(self._help)

    def landed(self, seconds: float) -> list[AttemptResult]:
        """Finished attempts. Waits up to `seconds` for the first. Raises an error that ended a thread."""
        found: list[AttemptResult] = []
        try:
            while True:
                tried = self._back.get(timeout=0 if found else seconds)
                if isinstance(tried, BaseException):
                    raise tried
                found.append(tried)
        except Empty:
            return found

    def handed_back(self) -> list[Outgoing]:
        """Remove and return waiting deliveries that must not be sent now: to endpoints that just failed, or all after `until`."""
        with self._lock:
            late = time.monotonic() >= self._until
            back = [item for item in self._waiting if late or item.endpoint_id in self._failed]
            self._waiting = [] if late else [item for item in self._waiting if item.endpoint_id not in self._failed]
            self._failed.clear()
            return back

    def counts(self) -> Counter[UUID]:
        """Deliveries of each endpoint, waiting or under way."""
        with self._lock:
            return self._under_way + Counter(item.endpoint_id for item in self._waiting)

    def _help(self) -> None:
        """The work of one thread: send until no delivery may be sent."""
        item: Outgoing | None = None
        try:
            while item := self._next(item):
                tried = self._send(item)
                if not tried.answer.arrived:
                    with self._lock:
                        self._failed.add(item.endpoint_id)
                self._back.put(tried)
        except BaseException as error:
            self._next(item, more=False)
            self._back.put(error)

    def _next(self, done: Outgoing | None, *, more: bool = True) -> Outgoing | None:
        """The next delivery to send. None if there is none, which ends the thread.

        Drops waiting deliveries whose lease would end before the attempt does: another worker may claim them.
        """
        with self._lock:
            if done:
                self._under_way[done.endpoint_id] -= 1
            latest = utcnow() + self._attempt
            self._waiting = [item for item in self._waiting if item.lease_until > latest]
            if more and time.monotonic() < self._until:
                for place, item in enumerate(self._waiting):
                    if self._under_way[item.endpoint_id] < self.share and item.endpoint_id not in self._failed:
                        self._under_way[item.endpoint_id] += 1
                        return self._waiting.pop(place)
            self._busy -= 1
            return None
