"""Three PostgreSQL servers under Patroni on this machine, with one etcd: they elect the primary themselves."""

import json
import os
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from tests.support.servers import Postgres, Server, free_port, give_to_unprivileged, wait_until

#: A standby always has what was committed (synchronous_mode). The ttl is the shortest that Patroni accepts: the time until the others
#: may take over from a primary that is silent.
_CLUSTER = {"ttl": 20, "loop_wait": 5, "retry_timeout": 5, "synchronous_mode": True}
_OPTIONS = {"max_connections": 200, "unix_socket_directories": ""}


class Etcd(Server):
    """An etcd of one member."""

    def command(self) -> list[str]:
        here, peers = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{free_port()}"
        options = {
            "data-dir": str(self.folder / "etcd"),
            "listen-client-urls": here,
            "advertise-client-urls": here,
            "listen-peer-urls": peers,
            "initial-advertise-peer-urls": peers,
            "initial-cluster": f"default={peers}",
        }
        return ["etcd", *(f"--{name}={value}" for name, value in options.items())]

    def ready(self) -> bool:
        return _answers(f"http://127.0.0.1:{self.port}/health")

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)


class Node(Postgres):
    """A PostgreSQL that Patroni starts, follows and promotes. `port` is the port of PostgreSQL."""

    name: str
    etcd: Etcd
    #: The port of Patroni itself.
    api: int

    @classmethod
    def under(cls, folder: Path, name: str, etcd: Etcd) -> Self:
        node = cls.find(folder)
        assert node
        node.name, node.etcd, node.api = name, etcd, free_port()
        return node

    def start(self) -> None:
        self.folder.chmod(0o755)
        give_to_unprivileged(self.folder)
        (self.folder / "patroni.yml").write_text(json.dumps(self._settings()))
        Server.start(self)

    def command(self) -> list[str]:
        return ["patroni", str(self.folder / "patroni.yml")]

    def die(self) -> None:
        """`kill -9` for Patroni and PostgreSQL, as when the machine is gone."""
        assert self.process
        server = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for pid in (self.process.pid, server, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def __exit__(self, *_: object) -> None:
        # At SIGTERM Patroni stops PostgreSQL, too.
        self.stop(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _settings(self) -> dict[str, Any]:
        user = {"username": "postgres", "password": "unused"}
        return {
            "scope": "greenroom",
            "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.api}", "connect_address": f"127.0.0.1:{self.api}"},
            "etcd3": {"host": f"127.0.0.1:{self.etcd.port}"},
            "bootstrap": {
                "dcs": {**_CLUSTER, "postgresql": {"use_pg_rewind": True, "parameters": _OPTIONS}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, {"auth": "trust"}],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.folder / "data"),
                "bin_dir": str(self.bin),
                "pgpass": str(self.folder / "pgpass"),
                "authentication": {"superuser": user, "replication": user},
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
            },
            "watchdog": {"mode": "off"},
        }


class Cluster:
    """The nodes, of which one is the primary."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    def url(self, name: str) -> str:
        """The address of a database that names all nodes."""
        return f"postgresql://postgres@{','.join(f'127.0.0.1:{node.port}' for node in self.nodes)}/{name}"

    def primary(self) -> Node | None:
        """The node that takes writes, if one does."""
        return next((node for node in self.nodes if node.process and _answers(f"http://127.0.0.1:{node.api}/primary")), None)

    def has_primary(self) -> bool:
        return self.primary() is not None

    def create(self, name: str) -> None:
        primary = self.primary()
        assert primary
        primary.query(f"CREATE DATABASE {name}")

    def wait_for_standbys(self) -> None:
        """Wait until all others stream from the primary, one of them synchronously."""

        def all_stream() -> bool:
            return _count("/replica", self.nodes) == len(self.nodes) - 1 and _count("/sync", self.nodes) == 1

        wait_until(all_stream, what="the standbys")


def there() -> bool:
    return all(map(shutil.which, ("patroni", "etcd"))) and Postgres.find(Path()) is not None


@contextmanager
def patroni_cluster(folder: Path, *, size: int = 3) -> Iterator[Cluster]:
    """A running cluster whose standbys stream from its primary."""
    with ExitStack() as running:
        etcd = running.enter_context(Etcd(folder))
        cluster = Cluster([Node.under(folder, f"node{n}", etcd) for n in range(1, size + 1)])
        running.enter_context(cluster.nodes[0])
        wait_until(cluster.has_primary, what="the first primary")
        for node in cluster.nodes[1:]:
            running.enter_context(node)
        cluster.wait_for_standbys()
        yield cluster


def _count(role: str, nodes: list[Node]) -> int:
    return sum(_answers(f"http://127.0.0.1:{node.api}{role}") for node in nodes if node.process)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
