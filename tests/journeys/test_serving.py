"""The web process as clients see it: it serves many at once, and idle connections do not block it."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from service.processes.web import KEEP_ALIVE
from tests.support.process_tree import GREENROOM, Up
from tests.support.servers import PATIENCE, Postgres, Redis, free_port, wait_until


def test_clients_that_never_end_their_headers_keep_nobody_out(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up, contextlib.ExitStack() as held:
        for _ in range(60):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", up.port)))
            slow.sendall(b"POST /v1/comments HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        began = time.monotonic()
        for n in range(5):
            up.post(f"A calm word number {n}, while others hold the line.")
        # Long before the server closes those connections.
        assert time.monotonic() - began < KEEP_ALIVE - 10


def test_a_request_under_way_at_the_end_gets_its_answer(tmp_path: Path) -> None:
    """Rolling restarts lose nothing: a client that waits for a verdict gets its response before the process ends."""
    body = {"thread": {"id": "t"}, "text": "One more calm word before the end."}
    sent = {"Idempotency-Key": "before-the-end"}
    with Up(tmp_path / "home", GREENROOM_BROKER="none") as up:
        assert up.key
    environ = {"PATH": "/usr/bin:/bin", "GREENROOM_HOME": str(tmp_path / "home"), "PORT": str(up.port)}
    # No worker runs, so there is no verdict: the request waits for its full time.
    with _alone("web", environ, tmp_path, up.port) as web, ThreadPoolExecutor() as asking:
        answer = asking.submit(up.ask, "POST", "/v1/comments", body, Prefer="wait=2", **sent)
        wait_until(lambda: bool(up.ask("GET", "/v1/comments?state=pending")[1]["comments"]), what="the comment to be stored")
        web.terminate()
        status, stored = answer.result(PATIENCE)
        assert (status, stored["state"]) == (202, "pending")
        assert web.wait(PATIENCE) == 0
    with _alone("web", environ, tmp_path, up.port):
        assert up.ask("POST", "/v1/comments", body, **sent)[1]["id"] == stored["id"]


def test_idle_connections_keep_nobody_out(tmp_path: Path) -> None:
    """Browsers and proxies keep connections open between requests, and some open one without a request."""
    with Up(tmp_path / "home", GREENROOM_BROKER="none") as up, contextlib.ExitStack() as held:
        for number in range(600):
            line = held.enter_context(socket.create_connection(("127.0.0.1", up.port), timeout=PATIENCE))
            if number % 2:
                line.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b" 200 " in line.recv(4096).splitlines()[0]
        assert up.ask("GET", "/v1/comments")[0] == 200


def test_the_processes_of_the_procfile_work_together(tmp_path: Path, postgres: Postgres, redis_server: Redis) -> None:
    """Each process is started separately, as by a Procfile or a Compose file."""
    port = str(free_port())
    environ = {
        "PATH": "/usr/bin:/bin",
        "GREENROOM_HOME": str(tmp_path),
        "GREENROOM_SECRET_KEY": "a secret that only this test knows, long enough",
        "DATABASE_URL": postgres.empty_database(),
        "REDIS_URL": redis_server.url,
        "PORT": port,
    }
    _run(environ, "db", "upgrade")
    _run(environ, "site", "add", "news", "--origin", "https://news.example")
    processes = [_started(name, environ, tmp_path) for name in ("web", "worker", "courier", "beat", "sweep")]
    try:
        file = tmp_path / "one.jsonl"
        file.write_text('{"text": "The processes know each other only by the database."}\n')
        said = _run(environ, "post", str(file), "--site", "news", "--wait")
        assert said.startswith("1 comments stored: 1 approved"), said
        wait_until(lambda: all(map(_minds, processes)), what="all of them to have begun")
    finally:
        for process in processes:
            process.terminate()
        codes = [process.wait(PATIENCE) for process in processes]
    assert codes == [0, 0, 0, 0, 0]
    wait_until(lambda: not any(_holds(port)), what="the port to be free")


def _started(name: str, environ: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen([GREENROOM, name], env=environ, stderr=log, stdout=subprocess.DEVNULL)


def _minds(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has its SIGTERM handler. Before that, SIGTERM kills it at once."""
    caught = Path(f"/proc/{process.pid}/status").read_text().partition("SigCgt:")[2].split()[0]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@contextlib.contextmanager
def _alone(name: str, environ: dict[str, str], folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """One web process alone."""
    process = _started(name, environ, folder)
    try:
        wait_until(lambda: any(_holds(str(port))), what=name)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _run(environ: dict[str, str], *words: str) -> str:
    answer = subprocess.run([GREENROOM, *words], env=environ, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def _holds(port: str) -> list[bool]:
    with socket.socket() as probe:
        return [probe.connect_ex(("127.0.0.1", int(port))) == 0]
