"""A proxy in front of a real server that loses requests and answers as planned."""

import http.client
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit


class Failure(StrEnum):
    """What goes wrong with one request."""

    UNHEARD = "the request is not passed on, and the connection closed"
    LOST = "the request is passed on, and its answer lost"
    CUT = "of the answer only the first half arrives"
    BUSY = "503 with Retry-After: 1"
    BROKEN = "502 with a page of HTML"
    MOVED = "307 to another address"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    at: float


class FaultyProxy:
    """Use as a context manager. The next requests fail as `plan` says; after that each is passed on to `target`."""

    def __init__(self, target: str) -> None:
        self.plan: list[Failure] = []
        self.arrivals: list[Arrival] = []
        proxy, server = self, urlsplit(target)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.close_connection = True
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.arrivals.append(Arrival(self.command, self.path, dict(self.headers), time.monotonic()))
                failure = proxy.plan.pop(0) if proxy.plan else None
                if failure is Failure.UNHEARD:
                    return
                if failure in _ANSWERS:
                    status, headers, page = _ANSWERS[failure]
                    self._answer(status, headers, page, len(page))
                    return
                status, headers, answer = self._passed_on(body)
                if failure is not Failure.LOST:
                    self._answer(status, headers, answer[: len(answer) // 2] if failure is Failure.CUT else answer, len(answer))

            do_GET = do_PATCH = do_DELETE = do_POST

            def _passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
                line = http.client.HTTPConnection(server.hostname or "", server.port, timeout=120)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
                line.request(self.command, self.path, body or None, headers)
                response = line.getresponse()
                kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
                answer = response.status, kept, response.read()
                line.close()
                return answer

            def _answer(self, status: int, headers: dict[str, str], body: bytes, length: int) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def will(self, *plan: Failure) -> None:
        """Forget what came, and let the next requests fail like this."""
        self.plan, self.arrivals = list(plan), []

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


_KEPT = ("Content-Type", "Content-Encoding", "Retry-After")
_ANSWERS: dict[Failure | None, tuple[int, dict[str, str], bytes]] = {
    Failure.BUSY: (503, {"Retry-After": "1", "Content-Type": "text/plain"}, b"busy"),
    Failure.BROKEN: (502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"),
    Failure.MOVED: (307, {"Location": "http://127.0.0.1:9/"}, b""),
}
