"""The web process as clients meet it: patient with many, and with none that only hold the line."""

import contextlib
import socket
import subprocess
import threading
import time
from pathlib import Path

from tests.journeys.tree import GREENROOM, Up
from tests.servers import Postgres, Redis, free_port, wait_until


def test_clients_that_never_end_their_headers_keep_nobody_out(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up, contextlib.ExitStack() as held:
        for _ in range(60):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", up.port)))
            slow.sendall(b"POST /v1/comments HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        began = time.monotonic()
        for n in range(5):
            up.post(f"A calm word number {n}, while others hold the line.")
        assert time.monotonic() - began < 10


def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    """Rolling restarts lose nothing: what has begun is finished, and only then does the process end."""
    answers: list[int] = []
    with Up(tmp_path / "home", GREENROOM_BROKER="none") as up:
        # No sweep, no verdict: this request waits.
        for pid, title in up.processes().items():
            if "sweep" in title:
                subprocess.run(["kill", "-STOP", str(pid)], check=True)
        body = {"thread": {"id": "t"}, "text": "One more calm word before the end."}
        asking = threading.Thread(target=lambda: answers.append(up.ask("POST", "/v1/comments", body, Prefer="wait=2")[0]))
        asking.start()
        threading.Event().wait(0.5)
        up.process.terminate()
        asking.join(15)
        up.process.wait(20)
    assert answers == [202]


def test_the_processes_of_the_procfile_work_together(tmp_path: Path, postgres: Postgres, redis_server: Redis) -> None:
    """Each started by itself, as a Procfile or a compose file does."""
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
    finally:
        for process in processes:
            process.terminate()
        codes = [process.wait(20) for process in processes]
    assert codes == [0, 0, 0, 0, 0]
    wait_until(lambda: not any(_holds(port)), what="the port to be free")


def _started(name: str, environ: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen([GREENROOM, name], env=environ, stderr=log, stdout=subprocess.DEVNULL)


def _run(environ: dict[str, str], *words: str) -> str:
    answer = subprocess.run([GREENROOM, *words], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def _holds(port: str) -> list[bool]:
    with socket.socket() as probe:
        return [probe.connect_ex(("127.0.0.1", int(port))) == 0]
