"""A real web process with a worker and a delivery worker, for tests that need a real server."""

import http.client
import socket
import sys
import threading
from pathlib import Path

from service.config import Settings
from service.jobs.wake_sockets import WakeSockets
from service.setting_sources import load
from tests.support.servers import Server
from workers.periodic.sweep import keep_sweeping
from workers.resources.worker_resources import WorkerResources


class Web(Server):
    """A real granian web process with these `settings`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder)
        self.environment = {
            "GREENROOM_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "GREENROOM_HOME": str(folder),
            "GREENROOM_SECRET_KEY": "a secret that only the tests know, long enough",
            "GREENROOM_FORM_RATE_PER_MINUTE": "1000000",
            "GREENROOM_RATE_PER_MINUTE": "1000000",
            "PORT": str(self.port),
            "GREENROOM_WEBHOOK_TIMEOUT": "1",
            **settings,
        }
        self._stop = threading.Event()
        self._worker: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return load(self.environment)

    def command(self) -> list[str]:
        options = ["--interface", "asginl", "--loop", "uvloop", "--port", str(self.port), "--workers", "1"]
        environment = [f"{name}={value}" for name, value in self.environment.items()]
        granian = [
            sys.executable,
            "-m",
            "granian",
            *options,
            "--workers-kill-timeout",
            "5",
            "--no-access-log",
            "--factory",
            "service.processes.web:web_app",
        ]
        return ["env", *environment, *granian]

    def ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def start(self) -> None:
        super().start()
        self._worker = threading.Thread(target=self._work)
        self._worker.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._worker is not None:
            self._worker.join()
        self.stop()

    def say(self, words: bytes, *, seconds: float = 60.0) -> bytes:
        """Send raw bytes and read the response until the server closes the connection or sends nothing more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(words)
            answer = b""
            try:
                while piece := line.recv(65536):
                    answer += piece
            except TimeoutError:
                pass
            except ConnectionResetError:
                pass
            return answer

    def _work(self) -> None:
        resources = WorkerResources.open(self.settings)
        with WakeSockets(self.settings.home) as sockets:
            keep_sweeping(resources, self._stop, sockets)
        resources.database.close()


#: The folder of the project's installed commands.
COMMANDS = Path(sys.executable).parent
