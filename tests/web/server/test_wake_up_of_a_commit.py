"""Comments that one commit stored wake the workers once, with the ids of all their requests."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from service.jobs.names import Job
from service.logs import request_ids
from service.web.resources.web_resources import WebResources
from service.web.server.fast_post import FastPost


class _Kept:
    """Keeps each wake-up, with the requests that it names."""

    def __init__(self) -> None:
        self.sent: list[tuple[Job, tuple[str, ...]]] = []

    def notify(self, job: Job, *, anyway: bool = False) -> None:
        self.sent.append((job, request_ids.get()))


def test_one_turn_of_the_loop_wakes_once_and_the_next_one_again() -> None:
    notifier = _Kept()
    parts: Any = SimpleNamespace(notifier=notifier, group_commit=None, settings=SimpleNamespace(sub_path=""))
    fast_post = FastPost(cast("WebResources", parts), said=[])

    async def two_commits() -> None:
        for names in (("a", "b", "c"), ("d",)):
            for name in names:
                fast_post._wake_soon(name)
            await asyncio.sleep(0)

    asyncio.run(two_commits())
    assert notifier.sent == [(Job.DRAIN, ("a", "b", "c")), (Job.DRAIN, ("d",))]
