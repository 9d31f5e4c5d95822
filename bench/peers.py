"""Peers: the same load on other comment servers, each installed from its registry and run as its documentation says.

Isso comes from PyPI, Waline from npm. Twikoo is not run: its server (tkserver) could not be had from the registry.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import feed, ingest, waline
from bench.stage import free_port, process, say, wrk

NEEDED = ("isso==0.14.0", "gunicorn==23.0.0", "setuptools<81")
CONNECTIONS = 16
_SETTINGS = """[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[guard]
enabled = false
[moderation]
enabled = {held}
"""


def measure(*, seconds: float) -> dict[str, Any]:
    """POSTs and GETs of fifty comments a second, Isso's and ours on SQLite."""
    with TemporaryDirectory(prefix="greenroom-bench-") as name:
        folder = Path(name)
        say("peers: installing Isso")
        _install(folder)
        found = {"isso": _isso(folder, seconds)}
        say("peers: installing Waline")
        found["waline"] = waline.measure(waline.installed(folder), connections=CONNECTIONS, seconds=seconds)
    ours = ingest.ours("sqlite", seconds)
    whole = feed.measure("sqlite", seconds=seconds, sizes=(5_000,))["5000 comments"]["whole_per_second"]
    found["greenroom"] = {"post_per_second": ours["per_second"], "post_p99_ms": ours["p99_ms"], "get_per_second": whole}
    say(f"peers: {found}")
    return found


def _install(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    subprocess.run([folder / "venv/bin/python", "-m", "pip", "install", "-q", *NEEDED], check=True, capture_output=True)


def _isso(folder: Path, seconds: float) -> dict[str, Any]:
    with _serving(folder, held=True) as port:
        posts = wrk(port, script="peer_post.lua", connections=CONNECTIONS, seconds=seconds)
    (folder / "comments.db").unlink()
    with _serving(folder, held=False) as port:
        for number in range(50):
            body = json.dumps(
                {"author": "Reader", "title": "A page", "text": f"The bridge will open in spring, number {number}."}
            ).encode()
            asked = urllib.request.Request(
                f"http://127.0.0.1:{port}/new?uri=%2Fpage-1", body, {"Content-Type": "application/json"}
            )
            urllib.request.urlopen(asked).close()
        gets = wrk(port, path="/?uri=%2Fpage-1&limit=50", connections=CONNECTIONS, seconds=seconds)
    return {"post_per_second": posts["per_second"], "post_p99_ms": posts["p99_ms"], "get_per_second": gets["per_second"]}


@contextmanager
def _serving(folder: Path, *, held: bool) -> Iterator[int]:
    """Isso under gunicorn with two processes, moderation on or off."""
    port = free_port()
    settings = folder / "isso.cfg"
    settings.write_text(_SETTINGS.format(folder=folder, port=port, held=str(held).lower()), encoding="utf-8")
    command = [str(folder / "venv/bin/gunicorn"), "-b", f"127.0.0.1:{port}", "-w", "2", "--preload", "isso.run"]
    with process(command, {"ISSO_SETTINGS": str(settings)}, ready=f"http://127.0.0.1:{port}/"):
        yield port


if __name__ == "__main__":
    json.dump(measure(seconds=4), sys.stdout, indent=1)
