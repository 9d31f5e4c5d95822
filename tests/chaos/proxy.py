"""A TCP proxy on this machine that can stop passing bytes on, as a network does that is cut in two."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Listens on a port of its own for one server. Held, it takes connections and bytes and passes nothing on."""

    def __init__(self) -> None:
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._goes = threading.Event()
        self._goes.set()

    def instead_of(self, port: int, url: str) -> str:
        """The URL of a server on this port, with the port of this proxy instead. It listens from the first call on."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            threading.Thread(target=self._accept, args=(self._listener, port), daemon=True).start()
        return url.replace(f":{port}/", f":{self._listener.getsockname()[1]}/")

    def hold(self) -> None:
        self._goes.clear()

    def go_on(self) -> None:
        self._goes.set()

    def close(self) -> None:
        self._goes.set()
        for each in (self._listener, *self._open):
            if each is not None:
                _shut(each)

    def _accept(self, listener: socket.socket, port: int) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._connect, args=(listener.accept()[0], port), daemon=True).start()

    def _connect(self, client: socket.socket, port: int) -> None:
        self._goes.wait()
        try:
            server = socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            _shut(client)
            return
        server.settimeout(None)
        for one, other in ((client, server), (server, client)):
            self._open.add(one)
            threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while received := source.recv(65536):
                self._goes.wait()
                target.sendall(received)
        for each in (source, target):
            self._open.discard(each)
            _shut(each)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
