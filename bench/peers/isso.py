"""Isso from PyPI on SQLite, set up as in its documentation. One of the peers of `bench.peers`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stage import free_port, process

NEEDED = ("isso==0.14.0", "gunicorn==23.0.0", "setuptools<81")
_SETTINGS = """[general]
dbpath = {database}
host = http://127.0.0.1:{port}/
[guard]
enabled = false
[moderation]
enabled = {held}
"""


def installed(folder: Path) -> Path:
    """The folder with Isso in its own virtual environment."""
    home = folder / "isso"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    subprocess.run([home / "bin/python", "-m", "pip", "install", "-q", *NEEDED], check=True, capture_output=True)
    return home


@contextmanager
def serving(home: Path, *, held: bool) -> Iterator[tuple[int, int]]:
    """Isso under gunicorn with two processes, moderation on or off, on an empty database: its port and its process."""
    port, settings, database = free_port(), home / "isso.cfg", home / "comments.db"
    database.unlink(missing_ok=True)
    settings.write_text(_SETTINGS.format(database=database, port=port, held=str(held).lower()), encoding="utf-8")
    command = [str(home / "bin/gunicorn"), "-b", f"127.0.0.1:{port}", "-w", "2", "--preload", "isso.run"]
    with process(command, {"ISSO_SETTINGS": str(settings)}, ready=f"http://127.0.0.1:{port}/") as server:
        yield port, server.pid
