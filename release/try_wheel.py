"""Tries a wheel as its users do: an empty environment, outside any checkout, `greenroom up`, and a comment that reaches its feed.

    python -m release.try_wheel dist/greenroom-*.whl [PYTHON ...]

Each PYTHON is tried in turn; one that is not on this machine is named and left out. Uses the standard library only.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from release.pythons import PYTHONS, find, version_of

#: Seconds that a start may take.
PATIENCE = 120.0


def main(wheel: Path, pythons: list[str]) -> int:
    tried = 0
    for name in pythons or PYTHONS:
        python = find(name)
        version = version_of(python)
        if version is None:
            print(f"{name}: not on this machine, or without venv; left out")
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="greenroom-wheel-") as folder:
            _try(wheel.resolve(), python, Path(folder))
        tried += 1
        print(
            f"{name} ({version}): installed, started, and a comment reached its feed, in {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return 0 if tried else 1


def _try(wheel: Path, python: str, folder: Path) -> None:
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    binaries = folder / "venv" / "bin"
    subprocess.run([binaries / "python", "-m", "pip", "install", "--quiet", wheel], check=True, cwd=folder)
    for words in (["--version"], ["-m", "greenroom", "--version"]):
        program = binaries / ("python" if words[0] == "-m" else "greenroom")
        subprocess.run([program, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {"PATH": f"{binaries}:{os.environ['PATH']}", "HOME": str(folder), "PORT": str(port)}
    up = subprocess.Popen([binaries / "greenroom", "up"], env=environ, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        _comment_reaches_its_feed(f"http://127.0.0.1:{port}", folder / ".greenroom" / "demo.key", up)
    finally:
        up.terminate()
        up.wait(30)


def _comment_reaches_its_feed(url: str, key: Path, up: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while not _answers(f"{url}/readyz"):
        if up.poll() is not None or time.monotonic() > until:
            raise SystemExit("`greenroom up` does not start")
        time.sleep(0.2)
    body = {"thread": {"id": "hello"}, "author": {"name": "Ada"}, "text": "I walked across the old bridge every morning."}
    headers = {"Authorization": f"Bearer {key.read_text().strip()}", "Content-Type": "application/json", "Prefer": "wait=10"}
    post = urllib.request.Request(f"{url}/v1/comments", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(post, timeout=60) as response:
        state = json.load(response)["state"]
    with urllib.request.urlopen(f"{url}/v1/threads/hello/comments?site=demo", timeout=60) as response:
        feed = response.read().decode()
    if state != "approved" or "across the old bridge" not in feed:
        raise SystemExit(f"the comment is {state}, and the feed has: {feed[:200]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
