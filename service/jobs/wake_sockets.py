"""Wake-ups without a broker: a Unix datagram socket for each job, in the data folder.

A datagram says that there is work in the database, as a Celery message does. If one is lost, or no worker listens, the work is
found by the next look, at most `LOOK_EVERY` seconds later. If several workers listen, the kernel wakes one of them.
"""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from service.jobs.names import MAX_REQUEST_IDS, Job
from service.logs import request_ids

#: Seconds after which a worker looks for work although no wake-up came.
LOOK_EVERY = 5.0
#: Bytes of the longest wake-up: the ids of `MAX_REQUEST_IDS` requests. More is cut off, which loses only ids in log lines.
_LONGEST = 2048
#: Longest path of a Unix socket in bytes, with a margin below the system's limit.
_LONGEST_PATH = 100


class WakeSockets:
    """The receiving ends. Bind them before the workers are forked, so that all workers listen on the same sockets."""

    def __init__(self, home: Path) -> None:
        """Raises OSError if the folder cannot hold sockets."""
        self._home = home
        self._sockets = {job: _bound(home, job) for job in Job}

    def wait(self, job: Job, seconds: float, stopped: int) -> tuple[str, ...]:
        """Wait for a wake-up, at most `seconds` or until the file descriptor `stopped` can be read; take all that are there.

        Returns the ids of the requests that sent them.
        """
        line, ids = self._sockets[job], list[str]()
        select.select([line.fileno(), stopped], [], [], seconds)
        with suppress(BlockingIOError):
            while True:
                ids += line.recv(_LONGEST).decode("utf-8", "replace").split()
        return tuple(dict.fromkeys(ids))[:MAX_REQUEST_IDS]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets and remove their files."""
        for job, line in self._sockets.items():
            line.close()
            (self._home / _name(job)).unlink(missing_ok=True)


class SocketNotifier:
    """Wakes the workers of this data folder. It needs no thread: sending never blocks."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def notify(self, job: Job, *, anyway: bool = False) -> None:
        # Nobody listens, or wake-ups wait already (the kernel keeps a few): either way the work is found.
        with suppress(OSError), _address(self._home, job) as path, _line() as line:
            line.sendto(" ".join(request_ids.get()).encode()[:_LONGEST], path)


def _bound(home: Path, job: Job) -> socket.socket:
    (home / _name(job)).unlink(missing_ok=True)
    line = _line()
    with _address(home, job) as path:
        line.bind(path)
    return line


def _line() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)


@contextmanager
def _address(home: Path, job: Job) -> Iterator[str]:
    """The path of the socket. A path that is too long for a socket goes through the open folder, which Linux offers."""
    path = str(home / _name(job))
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield path
        return
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{_name(job)}"
    finally:
        os.close(folder)


def _name(job: Job) -> str:
    return f"{job.name.lower()}.sock"
