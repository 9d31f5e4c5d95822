"""The group commit for the event loop: one `call_soon_threadsafe` call brings all outcomes of a batch from the writer thread to
the event loop."""

import asyncio
from collections import deque
from contextlib import suppress
from functools import partial

from service.actions.comments.submit import Outcome, Submission
from service.web.resources.group_commit import PATIENCE, GroupCommit, Item, too_late


class AsyncGroupCommit:
    """Awaits the outcomes of submissions, on one event loop."""

    def __init__(self, group_commit: GroupCommit) -> None:
        self._group_commit = group_commit
        self._told: deque[tuple[asyncio.Future[Outcome | Exception], Outcome | Exception]] = deque()
        self._coming = False

    async def of(self, submission: Submission) -> Outcome | Exception:
        """Store a submission and return its outcome. An error is returned, not raised; it is Unavailable if the database
        hangs."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Outcome | Exception] = loop.create_future()
        item = self._group_commit.offer(submission, partial(self._resolve, loop, waiting))
        patience = loop.call_later(PATIENCE, self._give_up, item, waiting)
        try:
            return await waiting
        finally:
            patience.cancel()

    def _resolve(
        self, loop: asyncio.AbstractEventLoop, waiting: "asyncio.Future[Outcome | Exception]", outcome: Outcome | Exception
    ) -> None:
        self._told.append((waiting, outcome))
        if not self._coming:
            self._coming = True
            # RuntimeError means that the event loop is closed. Then no request waits any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._bring)

    def _bring(self) -> None:
        self._coming = False  # Reset first: an outcome that is added from now on schedules another call.
        while self._told:
            waiting, outcome = self._told.popleft()
            if not waiting.done():
                waiting.set_result(outcome)

    def _give_up(self, item: Item, waiting: "asyncio.Future[Outcome | Exception]") -> None:
        item.take()
        if not waiting.done():
            waiting.set_result(too_late())
