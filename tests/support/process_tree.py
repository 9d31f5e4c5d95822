"""A real `greenroom up` as a child of the test: start it, read its output, query and kill its processes."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any, Self

from tests.support.servers import PATIENCE, free_port, wait_until

GREENROOM = Path(sys.executable).with_name("greenroom")


class Up:
    """`greenroom up` on a free port. Everything it prints is in `output`."""

    def __init__(self, home: Path, *flags: str, **environ: str) -> None:
        self.home, self.port = home, free_port()
        self._flags = flags
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home.parent),
            "GREENROOM_HOME": str(home),
            "PORT": str(self.port),
            **environ,
        }
        self._printed = home.parent / f"printed-{self.port}.txt"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def output(self) -> str:
        return self._printed.read_text()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def key(self) -> str:
        return (self.home / "demo.key").read_text().strip()

    @property
    def curl(self) -> list[str]:
        """The printed command, for a shell."""
        printed = self.output[self.output.index("curl ") :].partition("\n\n")[0]
        return ["sh", "-c", printed]

    def __enter__(self) -> Self:
        with self._printed.open("wb") as printed:
            self.process = subprocess.Popen(
                [GREENROOM, "up", *self._flags], env=self._environ, stdout=printed, stderr=printed, stdin=subprocess.DEVNULL
            )
        wait_until(lambda: "The log follows" in self.output or self.process.poll() is not None, what=self._printed.name)
        assert self.process.poll() is None, self.output
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.stop(signal.SIGTERM)

    def wait_to_print(self, words: str) -> None:
        wait_until(lambda: words in self.output, seconds=2 * PATIENCE, what=f"{words!r} to be printed")

    def stop(self, how: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def processes(self, of: int | None = None) -> dict[int, str]:
        """Every process below the tree's root, by id, with its title."""
        found: dict[int, str] = {}
        for child in _children(of or self.pid):
            title = _read(Path(f"/proc/{child}/cmdline")).replace("\0", " ").strip()
            found |= {child: title, **self.processes(child)}
        return found

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Send a request to the host API with the printed key. Returns the status and the JSON of the response."""
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", f"Bearer {self.key}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def insist(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """The same, with retries while there is no response, since a process may just have been killed."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return self.ask(method, path, body, **headers)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        raise AssertionError(f"nobody answers at {self.url}\n{self.output}")

    def post(self, text: str, **more: object) -> str:
        """Post one comment. Returns its id."""
        body = {"thread": {"id": "a-page"}, "text": text, **more}
        status, answer = self.insist("POST", "/v1/comments", body, Idempotency_Key=str(uuid.uuid4()))
        assert status == 202, answer
        return str(answer["id"])

    def state(self, comment_id: str) -> str:
        return str(self.insist("GET", f"/v1/comments/{comment_id}")[1]["state"])

    def wait_for(self, comment_id: str, *states: str) -> None:
        wait_until(lambda: self.state(comment_id) in states, what=f"{comment_id} to be {states}\n{self.output}")


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in _read(thread).split()]


def _read(path: Path) -> str:
    """The content of the file; empty if the process has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process runs. A zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
