"""A whole `greenroom up` on the clock of the soak, from one checkout first and from another one later, with a receiver beside it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from service.setting_sources import load
from tests.chaos.process import Process
from tests.soak.clock import Clock
from tests.support.servers import free_port, wait_until

HERE = Path(__file__).parents[2]
_MOVED = Path(__file__).parent / "moved"


class Installation:
    """`checkout`: the folder of the code that runs. `servers`: the settings that name a database and a broker, if not embedded."""

    def __init__(self, folder: Path, clock: Clock, *, checkout: Path = HERE, servers: Mapping[str, str] | None = None) -> None:
        self.folder, self.clock, self.checkout = folder, clock, checkout
        self.home, self.receipts = folder / "home", folder / "receipts.jsonl"
        self.port, self.receiver_port = free_port(), free_port()
        self._servers = dict(servers or {})
        self._up: Process | None = None
        self._receiver: Process | None = None
        self._session = requests.Session()
        self.key = ""

    def open(self) -> None:
        """Start everything, with one site, its key and its endpoint."""
        self.home.mkdir(parents=True)
        self.run("db", "upgrade")
        self.run("site", "add", "news", "--origin", "https://news.example")
        scopes = [word for scope in ("submit", "read", "moderate", "admin") for word in ("--scope", scope)]
        self.key = json.loads(self.run("key", "add", "news", *scopes, "--json"))["key"]
        self._session.headers["Authorization"] = f"Bearer {self.key}"
        words = [sys.executable, "-m", "tests.soak.receiver", str(self.receiver_port), str(self.receipts)]
        self._receiver = Process(self.folder, "receiver", words, self._environ(HERE), self.folder / "receiver.log")
        self._receiver.start()
        wait_until(lambda: self._tell("mood", {"path": "/main", "mood": "well"}), what="the receiver")
        self.start()
        made = self.call("POST", "/v1/endpoints", json={"url": f"http://127.0.0.1:{self.receiver_port}/main"})
        assert made.status_code == 201, made.text
        self._tell("secret", {"path": "/main", "secret": made.json()["secret"]})

    def start(self) -> None:
        words = [sys.executable, "-m", "service.cli", "up"]
        self._up = Process(self.folder, "up", words, self._environ(self.checkout), self.folder / "up.log", self.checkout)
        self._up.start()
        wait_until(self._is_ready, what="greenroom up")

    def stop(self) -> None:
        """As a service manager stops it: SIGTERM."""
        if self._up:
            self._up.stop()

    def upgrade(self, checkout: Path) -> None:
        """As the documentation says: the newer version migrates while the older one serves, then the processes are restarted."""
        self.checkout = checkout
        self.run("db", "upgrade")
        self.stop()
        self.start()

    def close(self) -> None:
        for process in (self._up, self._receiver):
            if process:
                process.stop()

    def run(self, *words: str, check: bool = True, **environ: str) -> str:
        """Run a `greenroom` command of the present code, on the clock of the soak. Returns its output."""
        command = [sys.executable, "-m", "service.cli", *words]
        done = subprocess.run(
            command, env=self._environ(self.checkout) | environ, cwd=self.checkout, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"greenroom {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self._session.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=60, **more)

    def mood(self, mood: str) -> None:
        """How the receiver answers from now on."""
        self._tell("mood", {"path": "/main", "mood": mood})

    @property
    def pid(self) -> int:
        assert self._up
        assert self._up.process
        return self._up.process.pid

    @property
    def database_url(self) -> str:
        return load(self._environ(HERE)).database

    def _environ(self, checkout: Path) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
        return {
            **plain,
            "PYTHONPATH": f"{checkout}:{_MOVED}",
            "SOAK_CLOCK": str(self.clock.path),
            "GREENROOM_HOME": str(self.home),
            "GREENROOM_SECRET_KEY": "a secret that only this soak knows, long enough",
            "GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8",
            "GREENROOM_RATE_PER_MINUTE": "10000000",
            "GREENROOM_LOG_FORMAT": "json",
            "PORT": str(self.port),
            **self._servers,
        }

    def _tell(self, what: str, words: dict[str, str]) -> bool:
        try:
            requests.put(f"http://127.0.0.1:{self.receiver_port}/{what}", json=words, timeout=10)
        except requests.RequestException:
            return False
        return True

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=10).ok
        except requests.RequestException:
            return False
