"""A whole Greenroom as real child processes, on one of three set-ups, with a supervisor that restarts dead processes."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg
import redis
import requests

from service.setting_sources import load
from tests.chaos.process import Process, deceived_by
from tests.chaos.proxy import Proxy
from tests.support.servers import Postgres, Redis, Server, free_port, wait_until

GREENROOM = [sys.executable, "-m", "service.cli"]


class Setup(StrEnum):
    SQLITE = "sqlite"
    SQLITE_REDIS = "sqlite+redis"
    POSTGRES_REDIS = "postgresql+redis"

    @property
    def with_redis(self) -> bool:
        return self is not Setup.SQLITE


class House:
    """A Greenroom installation to start, break and supervise. `site`, `key` and `secrets` belong to its only host."""

    def __init__(self, setup: Setup, folder: Path, *, probe_every: float) -> None:
        self.setup, self.folder, self.probe_every = setup, folder, probe_every
        self.home = folder / "home"
        self.receipts = folder / "receipts.jsonl"
        self.port, self.receiver_port = free_port(), free_port()
        self.servers: dict[str, Server] = {}
        self.restarts = 0
        self._stop = threading.Event()
        #: At most one clock fault at a time per process.
        self._clocks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        #: The URL of the PostgreSQL database. Empty: a server of its own.
        self.database = ""
        #: Settings of its processes beside its own.
        self.settings: dict[str, str] = {}
        #: Between the worker and PostgreSQL.
        self.proxy = Proxy()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def open(self) -> None:
        """Start everything, and make one site with two endpoints."""
        self.home.mkdir(parents=True)
        environ = self._environ()
        self.run("db", "upgrade")
        self.run("site", "add", "news", "--origin", "https://news.example")
        scopes = [word for scope in ("submit", "read", "moderate", "admin") for word in ("--scope", scope)]
        self.key = json.loads(self.run("key", "add", "news", *scopes, "--json"))["key"]
        roles = ["web", "sweep", "sweep"] + (["worker", "courier"] if self.setup.with_redis else [])
        for number, role in enumerate(roles):
            name = role if role not in self.servers else f"{role}-{number}"
            own = dict(environ)
            if "postgres" in self.servers and role in ("worker", "courier"):
                own["DATABASE_URL"] = self.proxy.instead_of(self.servers["postgres"].port, own["DATABASE_URL"])
            self._add(Process(self.folder, name, [*GREENROOM, role], own, self.home / "greenroom.log"))
        receiver = [sys.executable, "-m", "tests.chaos.receiver", str(self.receiver_port), str(self.receipts)]
        self._add(Process(self.folder, "receiver", receiver, dict(os.environ), self.folder / "receiver.log"))
        wait_until(self._answers, what="the web process")
        wait_until(lambda: self._receiver_hears("mood", {"path": "/main", "mood": "well"}), what="the receiver")
        self.endpoints = {name: self._add_endpoint(name) for name in ("main", "second")}
        self._keeper.start()

    def close(self) -> None:
        self._stop.set()
        if self._keeper.is_alive():
            self._keeper.join(30)
        self.proxy.close()
        for server in reversed(self.servers.values()):
            if server.process is not None:
                server.process.send_signal(signal.SIGCONT)
                server.stop(signal.SIGKILL if not isinstance(server, Postgres) else signal.SIGQUIT)

    def run(self, *words: str, check: bool = True) -> str:
        """Run a `greenroom` command. Returns its output."""
        done = subprocess.run([*GREENROOM, *words], env=self._environ(), capture_output=True, text=True, check=False, timeout=300)
        if check and done.returncode:
            raise AssertionError(f"greenroom {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return requests.request(method, f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30, **more)

    def mood(self, mood: str, endpoint: str = "main") -> None:
        self._receiver_hears("mood", {"path": f"/{endpoint}", "mood": mood})

    def kill(self, name: str) -> None:
        self._signal(name, signal.SIGKILL)

    def end(self, name: str) -> None:
        self._signal(name, signal.SIGTERM)

    def freeze(self, name: str, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later, for a process and its children. The supervisor does not take it for dead meanwhile."""
        pids = self.pids(name)
        for how in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                try:
                    os.kill(pid, how)
                except ProcessLookupError:
                    continue
            if how is signal.SIGSTOP:
                time.sleep(seconds)

    def kill_child(self, name: str) -> bool:
        """Kill one child of this process. False if it has none."""
        server = self.servers[name]
        children = server.children() if isinstance(server, Process) and server.process else []
        if children:
            os.kill(random.choice(children), signal.SIGKILL)
        return bool(children)

    def move_clock(self, name: str, seconds: float, *, lasts: float) -> None:
        """Move the wall clock of one process for a while. Its monotonic clock is not changed.

        The faketime library makes the process several times slower, so the process is restarted with it, and later without it.
        """
        environ = self.servers[name].environ  # type: ignore[attr-defined]
        clock = self.folder / f"clock-{name}"
        clock.write_text("+0s\n")
        with self._clocks[name]:
            environ |= deceived_by(clock)
            self.kill(name)
            self.pause(2)
            clock.write_text(f"{seconds:+.0f}s\n")
            self.pause(lasts)
            clock.write_text("+0s\n")
            self.pause(1)
            environ.pop("LD_PRELOAD", None)
            self.kill(name)

    def pause(self, seconds: float) -> None:
        """Wait while a fault lasts. Returns early when the house is closed."""
        self._stop.wait(seconds)

    def with_redis(self, do: Callable[[redis.Redis], object]) -> None:
        """Do something with Redis. Errors are ignored."""
        with redis.Redis(port=self.servers["redis"].port, socket_timeout=2) as client, suppress(redis.RedisError):
            do(client)

    def with_postgres(self, *statements: str) -> None:
        """Run statements in PostgreSQL, each in its own transaction, also while it is read-only. Retries until they worked."""

        def done() -> bool:
            server = self.servers["postgres"]
            try:
                with psycopg.connect(
                    server.dsn("postgres"), autocommit=True, connect_timeout=5, options="-c default_transaction_read_only=off"
                ) as connection:
                    for statement in statements:
                        connection.execute(statement)
            except psycopg.Error:
                return self._stop.is_set()
            return True

        wait_until(done, what="PostgreSQL")

    def revive(self, endpoint: str) -> None:
        """Enable an endpoint again and replay its missed events, as its owner would. Retries until it works."""
        address = f"/v1/endpoints/{self.endpoints[endpoint]}"
        since = "2020-01-01T00:00:00Z"
        self._insists("PATCH", address, {"enabled": True})
        self._insists("POST", f"{address}/replay", {"since": since})

    def _insists(self, method: str, path: str, body: dict[str, object]) -> None:
        def done() -> bool:
            try:
                return self.call(method, path, json=body).ok
            except requests.RequestException:
                return False

        wait_until(done, what=f"{method} {path}")

    def calm(self) -> None:
        """End all faults, and wait until everything runs again and responds."""
        self.mood("well")
        self.mood("well", "second")
        wait_until(lambda: all(self._alive(s) for s in self.servers.values()), what="every process")
        wait_until(self._answers, what="the web process")

    @property
    def database_url(self) -> str:
        return load(self._environ()).database

    def _environ(self) -> dict[str, str]:
        settings = {
            "GREENROOM_HOME": str(self.home),
            "GREENROOM_SECRET_KEY": "a secret that only this chaos knows, long enough",
            "GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8",
            "GREENROOM_WEBHOOK_TIMEOUT": "2",
            "GREENROOM_WEBHOOK_PROBE_EVERY": f"{self.probe_every:g}",
            "GREENROOM_DECISION_DELAY": "1",
            "GREENROOM_LEASE": "5",
            "GREENROOM_SWEEP_EVERY": "1",
            "GREENROOM_SWEEP_AFTER": "3",
            "GREENROOM_WEB_THREADS": "16",
            "GREENROOM_LOG_FORMAT": "json",
            "GREENROOM_BROKER": "auto" if self.setup.with_redis else "none",
            "PORT": str(self.port),
        }
        if self.setup.with_redis:
            settings["REDIS_URL"] = self._server("redis", Redis).url
        if self.setup is Setup.POSTGRES_REDIS:
            if not self.database:
                self.database = self._server("postgres", Postgres).empty_database()
            settings["DATABASE_URL"] = self.database
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
        return {**plain, **settings, **self.settings}

    def _server(self, name: str, kind: Any) -> Any:
        if name not in self.servers:
            (self.folder / name).mkdir()
            server = kind.find(self.folder / name)
            if server is None:
                raise AssertionError(f"no {name} on this machine")
            self._add(server, name)
        return self.servers[name]

    def _add(self, server: Server, name: str = "") -> None:
        server.start()
        self.servers[name or server.name] = server  # type: ignore[attr-defined]

    def _add_endpoint(self, name: str) -> str:
        made = self.call("POST", "/v1/endpoints", json={"url": f"http://127.0.0.1:{self.receiver_port}/{name}"})
        assert made.status_code == 201, made.text
        self._receiver_hears("secret", {"path": f"/{name}", "secret": made.json()["secret"]})
        return str(made.json()["id"])

    def _receiver_hears(self, what: str, words: dict[str, str]) -> bool:
        try:
            requests.put(f"http://127.0.0.1:{self.receiver_port}/{what}", json=words, timeout=10)
        except requests.RequestException:
            return False
        return True

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/livez", timeout=10).ok
        except requests.RequestException:
            return False

    def pids(self, name: str) -> list[int]:
        server = self.servers[name]
        if server.process is None:
            return []
        pid = server.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return [pid, *map(int, children.read_text().split() if children.exists() else ())]

    def _signal(self, name: str, how: signal.Signals) -> None:
        process = self.servers[name].process
        if process is not None:
            process.send_signal(how)

    @staticmethod
    def _alive(server: Server) -> bool:
        return server.process is not None and server.process.poll() is None

    def _keep(self) -> None:
        """Restart dead processes after a moment, as an init system would."""
        while not self._stop.wait(0.2):
            for server in list(self.servers.values()):
                if not self._alive(server):
                    self._again(server)

    def _again(self, server: Server) -> None:
        if self._stop.wait(0.3):
            return
        self.restarts += 1
        try:
            server.start()
        except AssertionError:
            # PostgreSQL waits for its orphaned processes to end before it reuses the shared memory.
            if server.process is not None:
                server.process.kill()
                server.process.wait(10)
