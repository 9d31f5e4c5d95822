"""A host's receiver: a real HTTP server that verifies webhooks with a third-party library and responds as configured."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True)
class Receipt:
    """One received request."""

    id: str
    headers: dict[str, str]
    body: bytes
    path: str = ""
    at: float = field(default_factory=time.monotonic)

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def comment(self) -> str:
        return self.told["data"]["comment"]["id"]

    @property
    def sequence(self) -> int:
        return self.told["data"]["sequence"]

    def verified_with(self, secret: str) -> bool:
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


Behaviour = Callable[[BaseHTTPRequestHandler], None]


def answers(status: int, **headers: str) -> Behaviour:
    """A behaviour: answer with this status and these headers (underscores become dashes)."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


class Receiver:
    """Use as a context manager. `behaviour` may be changed at any time; receipts are in the order of arrival."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or answers(204)
        self.receipts: list[Receipt] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:
                    # The sender died in the middle of the request.
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.receipts.append(Receipt(headers.get("webhook-id", ""), headers, body, self.path))
                try:
                    receiver.behaviour(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
