"""The time limit for unread responses is set on the sockets of a port, and setting it leaks nothing."""

import socket
from pathlib import Path

from service.web.server.write_timeout import _set


def test_looking_for_a_port_leaves_no_descriptor_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert not any(_set(1, 1_000) for _ in range(20))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_limit_is_set_on_the_socket_that_listens_and_leaves_it_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert _set(server.getsockname()[1], 7_000)
        assert server.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7_000
        with socket.create_connection(server.getsockname()) as line:
            accepted, _ = server.accept()
            accepted.close()
            assert line.recv(1) == b""
