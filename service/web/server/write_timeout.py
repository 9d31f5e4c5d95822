"""A write timeout: the kernel closes connections whose client has stopped reading."""

import logging
import os
import socket
import stat
import threading
import time
from contextlib import suppress

log = logging.getLogger("greenroom.web")

#: Seconds within which the server has surely opened its door.
_OPENS_WITHIN = 60.0


def give_up_unread(port: int, seconds: float) -> None:
    """Close each connection to this port whose client has acknowledged none of the unsent bytes for so many seconds.

    The server has no such limit; TCP_USER_TIMEOUT has, also for a receiver that says that its window is full (RFC 5482, tcp(7)).
    Connections inherit it from the socket that listens, which the server opens by itself, a moment after it has our application.
    """
    threading.Thread(target=_wait_and_set, args=(port, round(seconds * 1000)), name="unread", daemon=True).start()


def _wait_and_set(port: int, milliseconds: int) -> None:
    until = time.monotonic() + _OPENS_WITHIN
    while not _set(port, milliseconds):
        if time.monotonic() > until:
            log.warning("unread_not_limited")
            return
        time.sleep(0.005)


def _set(port: int, milliseconds: int) -> bool:
    """Set it on every socket of this port that the process has. False where none of them listens yet."""
    listens = False
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a Path for each would be made for nothing
        # Descriptors come and go while they are listed.
        with suppress(OSError):
            listens |= _set_one(os.dup(int(name)), port, milliseconds)
    return listens


def _set_one(copy: int, port: int, milliseconds: int) -> bool:
    """Set it on one descriptor, a copy that is closed here. True for a socket of this port that listens."""
    if not stat.S_ISSOCK(os.fstat(copy).st_mode):
        os.close(copy)
        return False
    with socket.socket(fileno=copy) as found:
        if found.family not in (socket.AF_INET, socket.AF_INET6) or found.getsockname()[1] != port:
            return False
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
