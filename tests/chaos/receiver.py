"""The host's receiver as a separate process: it misbehaves on command, and verifies with a third-party library.

It keeps a receipt of every webhook that it accepted, even without a response. `python -m tests.chaos.receiver PORT RECEIPTS`.

    PUT /mood     {"mood": "500"}              how it answers from now on
    PUT /secret   {"path": "/main", "secret": "whsec_…"}
"""

import json
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO

from standardwebhooks import Webhook, WebhookVerificationError

#: Moods in which a webhook is refused: no receipt.
REFUSING = frozenset({"500", "429", "302", "410", "reset", "silent"})
#: Moods in which a webhook is accepted, even if the response is broken.
TAKING = frozenset({"well", "drip", "huge", "lost", "rubbish"})


class Desk:
    """The state that all connections share."""

    def __init__(self, receipts: TextIO) -> None:
        self.moods: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self._receipts = receipts
        self._lock = threading.Lock()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        told = json.loads(body)
        comment = told["data"].get("comment", {}).get("id", "")
        receipt = {
            "id": headers.get("webhook-id", ""),
            "endpoint": path,
            "comment": comment,
            "sequence": told["data"].get("sequence", 0),
            "type": told["type"],
            "verified": self._fits(path, headers, body),
        }
        with self._lock:
            self._receipts.write(json.dumps(receipt) + "\n")
            self._receipts.flush()

    def _fits(self, path: str, headers: dict[str, str], body: bytes) -> bool:
        try:
            Webhook(self.secrets[path]).verify(body, headers)
        except (WebhookVerificationError, KeyError):
            return False
        return True


def handler(desk: Desk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            asked = json.loads(self._body())
            if self.path == "/mood":
                desk.moods[asked["path"]] = asked["mood"]
            else:
                desk.secrets[asked["path"]] = asked["secret"]
            self._answer(204)

        def do_POST(self) -> None:
            body, mood = self._body(), desk.moods.get(self.path, "well")
            if mood in TAKING:
                desk.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            try:
                getattr(self, f"be_{mood}", lambda: self._answer(int(mood)))()
            except OSError:
                self.close_connection = True

        def be_well(self) -> None:
            self._answer(204)

        def be_drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 ")
            for _ in range(100):
                self.wfile.write(b"2")
                time.sleep(0.1)

        def be_huge(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(1000):
                self.wfile.write(b"x" * 65536)

        def be_lost(self) -> None:
            """The webhook is accepted, but the response never arrives."""
            self.close_connection = True

        def be_reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def be_rubbish(self) -> None:
            self.wfile.write(b"\x00\xff not http\r\n\r\n")

        def be_silent(self) -> None:
            time.sleep(20)

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _answer(self, status: int) -> None:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Ignore it if a killed delivery worker closes the connection in the middle."""


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a") as receipts:
        Server(("127.0.0.1", int(sys.argv[1])), handler(Desk(receipts))).serve_forever()
