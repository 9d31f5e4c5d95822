"""Waline from npm on SQLite, one of the peers of `bench.peers`.

Its package lacks the empty database that its documentation has one download, so the tables are made here; and it asks a service on the
Internet which sign-ins there are with each request, so one beside it says that there are none.
"""

import json
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.stage import free_port, process, wrk

NEEDED = "@waline/vercel@1.39.3"
_TABLES = {
    "wl_Comment": "user_id comment insertedAt ip link mail nick rid pid sticky status like ua url",
    "wl_Counter": "time reaction0 reaction1 reaction2 reaction3 reaction4 reaction5 reaction6 reaction7 reaction8 url",
    "wl_Users": "display_name email password type label github twitter facebook google weibo qq oidc huawei 2fa avatar url",
}
_NO_SIGN_INS = """require('http').createServer((asked, answer) => answer.end('{"services":[]}')).listen(%d, '127.0.0.1')"""


def installed(folder: Path) -> Path:
    """The folder with Waline and its packages. Needs npm and, where no built sqlite3 can be had, a compiler."""
    home = folder / "waline"
    home.mkdir()
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(home), NEEDED]
    subprocess.run(command, check=True, capture_output=True)
    return home


def measure(home: Path, *, connections: int, seconds: float) -> dict[str, Any]:
    """POSTs that a moderator would have to see, and GETs of fifty comments."""
    with _serving(home, held=True) as port:
        posts = wrk(port, script="waline_post.lua", connections=connections, seconds=seconds)
    with _serving(home, held=False) as port:
        for number in range(50):
            _post(port, number)
        gets = wrk(port, path="/api/comment?path=%2Fpage-1&pageSize=50", connections=connections, seconds=seconds)
    return {
        "post_per_second": posts["per_second"],
        "post_p99_ms": posts["p99_ms"],
        "get_per_second": gets["per_second"],
        "errors": posts["errors"] + gets["errors"],
    }


@contextmanager
def _serving(home: Path, *, held: bool) -> Iterator[int]:
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


def _post(port: int, number: int) -> None:
    body = {
        "comment": f"The bridge will open in spring, number {number}.",
        "nick": "Reader",
        "mail": "",
        "link": "",
        "ua": "",
        "url": "/page-1",
    }
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/comment", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked).close()
