"""The committer, for those who wait on an event loop: what became of a whole batch comes over from its thread in one turn."""

import asyncio
from collections import deque
from contextlib import suppress
from functools import partial

from service.actions.comments.submit import Outcome, Submission
from service.web.resources.group_commit import PATIENCE, GroupCommit, Item, too_late


class AsyncGroupCommit:
    """What became of submissions, on one event loop."""

    def __init__(self, committer: GroupCommit) -> None:
        self._committer = committer
        self._told: deque[tuple[asyncio.Future[Outcome | Exception], Outcome | Exception]] = deque()
        self._coming = False

    async def of(self, submission: Submission) -> Outcome | Exception:
        """What became of one submission, stored or failed; Unavailable where the database hangs."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Outcome | Exception] = loop.create_future()
        item = self._committer.offer(submission, partial(self._tell, loop, waiting))
        patience = loop.call_later(PATIENCE, self._give_up, item, waiting)
        try:
            return await waiting
        finally:
            patience.cancel()

    def _tell(
        self, loop: asyncio.AbstractEventLoop, waiting: "asyncio.Future[Outcome | Exception]", outcome: Outcome | Exception
    ) -> None:
        self._told.append((waiting, outcome))
        if not self._coming:
            self._coming = True
            # Where the loop has ended, nobody waits any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._bring)

    def _bring(self) -> None:
        self._coming = False  # Before looking: what is added from now on calls again.
        while self._told:
            waiting, outcome = self._told.popleft()
            if not waiting.done():
                waiting.set_result(outcome)

    def _give_up(self, item: Item, waiting: "asyncio.Future[Outcome | Exception]") -> None:
        item.take()
        if not waiting.done():
            waiting.set_result(too_late())
