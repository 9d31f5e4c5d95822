"""Connections that are too many, or that never ask, are closed; those with a request under way are closed last."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from service.web.server.connection_limits import FIRST_HEAD, Connection, ConnectionLimits, ConnectionWatch, RequestsUnderWay

NOW = 1_000.0
BUSY = float("inf")


def connection(fd: int, host: str = "192.0.2.1", *, idle: float = 5.0, asked: bool = True) -> Connection:
    return Connection(fd, fd, (host, str(1_000 + fd)), asked, NOW - idle)


def closed(limits: ConnectionLimits, connections: list[Connection]) -> list[int]:
    return [connection.fd for connection in limits.surplus(connections, NOW)]


def test_the_first_head_has_a_short_time_and_a_connection_that_has_asked_has_more() -> None:
    limits = ConnectionLimits(per_address=100, most=100)
    late, young = connection(1, idle=FIRST_HEAD + 1, asked=False), connection(2, idle=FIRST_HEAD - 1, asked=False)
    assert closed(limits, [late, young, connection(3, idle=60)]) == [1]


def test_an_address_over_its_limit_loses_its_longest_idle_connections() -> None:
    limits = ConnectionLimits(per_address=2, most=100)
    mine = [connection(1, idle=3), connection(2, idle=9), connection(3, idle=-BUSY), connection(4, idle=6)]
    others = [connection(5, "192.0.2.2", idle=60), connection(6, "192.0.2.2", idle=60)]
    assert closed(limits, mine + others) == [2, 4]
    assert closed(ConnectionLimits(per_address=0, most=100), mine + others) == []


def test_a_request_under_way_is_closed_only_if_its_address_has_too_many_of_them() -> None:
    busy = [connection(fd, idle=-BUSY) for fd in (1, 2, 3)]
    assert closed(ConnectionLimits(per_address=2, most=1), busy) == [1]
    assert closed(ConnectionLimits(per_address=3, most=1), busy) == []


def test_addresses_of_one_ipv6_network_count_together() -> None:
    limits = ConnectionLimits(per_address=1, most=100)
    assert closed(limits, [connection(1, "2001:db8::1", idle=2), connection(2, "2001:db8::2"), connection(3, "2001:db9::1")]) == [
        2
    ]


def test_idle_connections_give_way_when_places_run_out_but_not_those_just_used() -> None:
    limits = ConnectionLimits(per_address=0, most=2)
    there = [connection(1, idle=30), connection(2, idle=60), connection(3, idle=0.1), connection(4, idle=-BUSY)]
    assert closed(limits, there) == [2, 1]
    assert closed(limits, there[2:] + [connection(5, idle=0.2)]) == []


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_the_watch_closes_real_connections_of_its_port_only(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    requests = RequestsUnderWay()
    watch = ConnectionWatch(port, ConnectionLimits(per_address=2, most=100), requests)
    with ExitStack() as held, socket.create_server(("127.0.0.1", 0)) as other:
        pairs = []
        for server in (listening, listening, listening, other):
            client = held.enter_context(socket.create_connection(server.getsockname()))
            pairs.append((client, held.enter_context(server.accept()[0])))
        host, own_port = pairs[0][0].getsockname()
        requests.begin(busy := (host, str(own_port)))
        requests.begin(gone := ("203.0.113.9", "4"))
        requests.end(gone)
        assert watch.look(NOW) == 1
        still = [client for client, _ in pairs if not _ended(client)]
        assert pairs[0][0] in still
        assert pairs[3][0] in still
        assert len(still) == 3
        # The entry of a connection that is no longer there is dropped.
        assert list(requests.seen()) == [busy]
        for client, accepted in pairs:
            if client not in still:
                accepted.close()
        assert watch.look(NOW) == 0


def _ended(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
