"""Redis servers as clouds have them: with users, with TLS, and a set with Sentinels."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from tests.support.servers import Redis, Server, wait_until

PASSWORD = "p@ss/word:%"
QUOTED = "p%40ss%2Fword%3A%25"
#: What a user of Greenroom needs: its own keys, and no command for administrators but INFO.
USER = f"user greenroom on >{PASSWORD} ~greenroom:* &greenroom:* +@all -@admin -@dangerous +info"


class UserRedis(Redis):
    """A Redis that lets in nobody but `greenroom`, and on request speaks TLS only."""

    tls: Path | None = None
    replica_of: int = 0
    #: Listen on a Unix socket, and on no port.
    on_socket: bool = False

    def command(self) -> list[str]:
        (self.folder / "users.acl").write_text(f"user default off\n{USER}\nuser boss on >{PASSWORD} ~* &* +@all\n")
        options = ["--aclfile", f"{self.folder}/users.acl"]
        if self.replica_of:
            options += ["--replicaof", "127.0.0.1", str(self.replica_of)]
        if self.tls:
            options += ["--tls-replication", "yes", "--tls-ca-cert-file", f"{self.tls}/cert.pem"]
        options += ["--masteruser", "boss", "--masterauth", PASSWORD, "--repl-diskless-sync-delay", "0"]
        if self.tls:
            options += ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
            options += ["--tls-cert-file", f"{self.tls}/cert.pem", "--tls-key-file", f"{self.tls}/key.pem"]
        if self.on_socket:
            options += ["--port", "0", "--unixsocket", f"{self.folder}/redis.sock"]
        return [*super().command(), *options]

    @property
    def url(self) -> str:
        if self.on_socket:
            return f"unix://greenroom:{QUOTED}@{self.folder}/redis.sock?db=0"
        scheme, options = ("rediss", f"?ssl_ca_certs={self.tls}/cert.pem") if self.tls else ("redis", "")
        return f"{scheme}://greenroom:{QUOTED}@localhost:{self.port}/0{options}"

    def boss(self) -> redis.Redis:
        return redis.Redis.from_url(self.url.replace("greenroom:", "boss:"))

    def ready(self) -> bool:
        return _answers(self.boss())


class SentinelServer(Server):
    """A Sentinel that watches the Redis `greenroom`. It has a password of its own."""

    watched: int
    tls: Path | None = None

    def command(self) -> list[str]:
        place = f"port {self.port}\n"
        if self.tls:
            place = (
                f"port 0\ntls-port {self.port}\ntls-replication yes\ntls-auth-clients no\ntls-ca-cert-file {self.tls}/cert.pem\n"
            )
            place += f"tls-cert-file {self.tls}/cert.pem\ntls-key-file {self.tls}/key.pem\n"
        (self.folder / "sentinel.conf").write_text(
            f"{place}bind 127.0.0.1\ndir {self.folder}\nrequirepass watch\n"
            f"sentinel monitor greenroom 127.0.0.1 {self.watched} 2\nsentinel auth-user greenroom boss\n"
            f'sentinel auth-pass greenroom "{PASSWORD}"\nsentinel down-after-milliseconds greenroom 500\n'
            f"sentinel failover-timeout greenroom 3000\nsentinel sentinel-pass watch\n"
        )
        return [shutil.which("redis-sentinel") or "", str(self.folder / "sentinel.conf")]

    def ask(self) -> redis.Redis:
        sealed = {"ssl": True, "ssl_ca_certs": f"{self.tls}/cert.pem"} if self.tls else {}
        return redis.Redis(port=self.port, password="watch", decode_responses=True, **sealed)

    def ready(self) -> bool:
        return _answers(self.ask())


def certificate(folder: Path, names: str = "DNS:localhost") -> None:
    """A certificate for localhost that is its own authority."""
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName={names}"
    places = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run(["openssl", *words.split(), *places], check=True, capture_output=True)


@contextmanager
def sentinel_set(folder: Path, tls: Path | None = None) -> Iterator[tuple[str, dict[int, UserRedis], list[SentinelServer]]]:
    """A Redis, its replica and three Sentinels: their address, the two servers by port, and the Sentinels."""
    with ExitStack() as held:
        first, second = (_made(UserRedis.find, folder / name) for name in ("first", "second"))
        first.tls = second.tls = tls
        held.enter_context(first)
        second.replica_of = first.port
        held.enter_context(second)
        watchers = [_made(SentinelServer, folder / f"sentinel{n}") for n in range(3)]
        for watcher in watchers:
            watcher.watched, watcher.tls = first.port, tls
            held.enter_context(watcher)
        wait_until(lambda: all(map(_knows_all, watchers)), what="the Sentinels to know each other and the replica")
        hosts = ",".join(f"127.0.0.1:{watcher.port}" for watcher in watchers)
        scheme, options = ("sentinels", f"&ssl_ca_certs={tls}/cert.pem") if tls else ("sentinel", "")
        address = f"{scheme}://greenroom:{QUOTED}@{hosts}/greenroom/0?sentinel_password=watch{options}"
        yield address, {server.port: server for server in (first, second)}, watchers


def _answers(client: redis.Redis) -> bool:
    try:
        with client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _made(kind, folder: Path):
    folder.mkdir()
    return kind(folder)


def _knows_all(watcher: SentinelServer) -> bool:
    with watcher.ask() as asked:
        [state] = asked.sentinel_masters().values()
        return state["num-other-sentinels"] == 2 and state["num-slaves"] == 1
