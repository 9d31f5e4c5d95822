"""Asks the web process of these settings, on its port or its Unix socket."""

import http.client
import socket

from service.config import Settings


class _SocketConnection(http.client.HTTPConnection):
    """A connection to a Unix socket, whose path stands for the host."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


def listening_at(settings: Settings) -> str:
    """Where the web process listens."""
    return settings.socket or f"{_reachable(settings.host)}:{settings.port}"


def connection_to_web(settings: Settings, *, seconds: float) -> http.client.HTTPConnection:
    """A connection to it, which is not open yet. Each step of a request may take so many seconds."""
    if settings.socket:
        return _SocketConnection(settings.socket, timeout=seconds)
    return http.client.HTTPConnection(_reachable(settings.host), settings.port, timeout=seconds)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
