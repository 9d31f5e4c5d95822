"""A write timeout: the kernel closes connections whose client has stopped reading."""

import logging
import os
import socket
import stat
import threading
import time
from contextlib import suppress

log = logging.getLogger("greenroom.web")

#: Seconds to wait for the server to open its listening socket.
_OPENS_WITHIN = 60.0


def give_up_unread(port: int, seconds: float) -> None:
    """Close each connection to this port whose client has acknowledged no sent byte for this many seconds.

    The server has no write timeout of its own. The socket option TCP_USER_TIMEOUT is one, also for a receiver with a zero window
    (RFC 5482, tcp(7)). Connections inherit the option from the listening socket. The server opens this socket shortly after it
    loads the application, so a thread waits until it is open.
    """
    threading.Thread(target=_wait_and_set, args=(port, round(seconds * 1000)), name="unread", daemon=True).start()


def _wait_and_set(port: int, milliseconds: int) -> None:
    until = time.monotonic() + _OPENS_WITHIN
    while not _set(port, milliseconds):
        if time.monotonic() > until:
            log.warning("write_timeout_not_set")
            return
        time.sleep(0.005)


def _set(port: int, milliseconds: int) -> bool:
    """Set the timeout on every socket of this port in this process. False if none of them listens yet."""
    listens = False
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a Path for each would be made for nothing
        # A descriptor may be closed while we list them.
        with suppress(OSError):
            listens |= _set_one(os.dup(int(name)), port, milliseconds)
    return listens


def _set_one(copy: int, port: int, milliseconds: int) -> bool:
    """Set the timeout on one descriptor: a copy, which is closed here. True for a listening socket of this port."""
    if not stat.S_ISSOCK(os.fstat(copy).st_mode):
        os.close(copy)
        return False
    with socket.socket(fileno=copy) as sock:
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.getsockname()[1] != port:
            return False
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
