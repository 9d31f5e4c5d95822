"""PostgreSQL with streaming replication: a primary, and standbys made by pg_basebackup."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg

from tests.support.servers import Postgres, wait_until


class Primary(Postgres):
    """A PostgreSQL that other servers may follow."""

    def follow(self) -> "Standby":
        """A server that will follow this one, once it starts."""
        found = Standby.find(self.folder)
        assert found
        found.primary = self
        return found

    def wait_for_standby(self) -> None:
        """From now on each commit waits until a standby has it."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
            state = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            wait_until(lambda: bool(connection.execute(state).fetchone()), what="synchronous replication")

    def die(self) -> None:
        """`kill -9` for the server and all its processes."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Standby(Postgres):
    """A hot standby, made by pg_basebackup."""

    primary: Primary

    def pause(self) -> None:
        """Receive, but replay nothing more. The server pauses a moment after it was asked to."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            state = "SELECT pg_get_wal_replay_pause_state()"
            wait_until(lambda: connection.execute(state).fetchone() == ("paused",), what="the replay to pause")

    def resume(self) -> None:
        self.query("SELECT pg_wal_replay_resume()")

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-D", str(self.folder / "data"))

    def _prepare(self, data: Path) -> None:
        super()._prepare(data)
        # Made only for the rights of the folder.
        subprocess.run(["rm", "-rf", *map(str, data.iterdir())], check=True)
        source = f"host=127.0.0.1 port={self.primary.port} user=postgres"
        self._run("pg_basebackup", "-D", str(data), "-d", source, "--write-recovery-conf", "--checkpoint=fast")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([str(self.bin / program), *words], check=True, capture_output=True, preexec_fn=self._drop, cwd="/")
