"""Workers that live no more, seen from a host: how late verdicts come from the sweep alone."""

import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.attacks.target import milliseconds
from tests.support import process_tree
from tests.support.process_tree import Up
from tests.support.servers import wait_until

COMMENTS = 30


def measure(command: str) -> dict[str, Any]:
    """Stop the worker of `greenroom up` and post a comment a second: milliseconds from each 202 to its verdict."""
    process_tree.GREENROOM = Path(command)
    with TemporaryDirectory(prefix="greenroom-attacks-") as folder, Up(Path(folder) / "home") as up:
        up.wait_for(up.post("The bridge is open again since this morning."), "approved", "held")
        for pid, title in up.processes().items():
            if "checks" in title or "ForkPoolWorker" in title:
                os.kill(pid, signal.SIGSTOP)
        waiting: dict[str, float] = {}
        late: list[float] = []
        until = time.monotonic() + COMMENTS

        def look() -> bool:
            for comment in [c for c in waiting if up.state(c) != "pending"]:
                late.append(time.monotonic() - waiting.pop(comment))
            return not waiting

        while time.monotonic() < until:
            waiting[up.post(f"Number {len(late)} of those who cross the bridge at {time.time()}.")] = time.monotonic()
            pause = time.monotonic() + 1
            while time.monotonic() < pause:
                look()
                time.sleep(0.1)
        wait_until(look, what="the last verdicts")
        return {"verdicts without a worker": milliseconds(late) | {"comments": len(late)}}
