"""Waline from npm on SQLite, one of the peers of `bench.peers`.

The npm package lacks the empty database, which the documentation says to download, so `_empty_database` creates the tables.
With each request Waline asks a service on the Internet which sign-in methods exist. A local server stands in for that service
and responds that there are none.
"""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.stage import free_port, process

NEEDED = "@waline/vercel@1.39.3"
_TABLES = {
    "wl_Comment": "user_id comment insertedAt ip link mail nick rid pid sticky status like ua url",
    "wl_Counter": "time reaction0 reaction1 reaction2 reaction3 reaction4 reaction5 reaction6 reaction7 reaction8 url",
    "wl_Users": "display_name email password type label github twitter facebook google weibo qq oidc huawei 2fa avatar url",
}
_NO_SIGN_INS = """require('http').createServer((asked, answer) => answer.end('{"services":[]}')).listen(%d, '127.0.0.1')"""


def installed(folder: Path) -> Path:
    """The folder with Waline and its packages. Needs npm, and a compiler if there is no prebuilt sqlite3."""
    home = folder / "waline"
    home.mkdir()
    command = ["npm", "install", "--loglevel=error", "--no-fund", "--no-audit", "--prefix", str(home), NEEDED]
    subprocess.run(command, check=True, capture_output=True)
    return home


@contextmanager
def serving(home: Path, *, held: bool) -> Iterator[int]:
    """Waline, moderation on or off, on an empty database."""
    _empty_database(home / "waline.sqlite")
    port, other = free_port(), free_port()
    environ = {
        "OAUTH_URL": f"http://127.0.0.1:{other}/",
        "JWT_TOKEN": "for the benchmark",
        "SQLITE_PATH": str(home),
        "AKISMET_KEY": "false",
        "IPQPS": "0",
        "COMMENT_AUDIT": str(held).lower(),
    }
    waline = ["node", str(home / "node_modules/@waline/vercel/vanilla.js"), str(port)]
    with (
        process(["node", "-e", _NO_SIGN_INS % other], {}, ready=f"http://127.0.0.1:{other}/"),
        process(waline, environ, ready=f"http://127.0.0.1:{port}/api/comment?path=%2F"),
    ):
        yield port


def _empty_database(path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        for name, columns in _TABLES.items():
            listed = ", ".join(f'"{column}"' for column in [*columns.split(), "createdAt", "updatedAt"])
            database.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY AUTOINCREMENT, {listed})")
