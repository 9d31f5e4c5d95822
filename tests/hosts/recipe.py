"""A recipe of docs/recipes: its files and commands, as they stand on the page, run in an empty folder."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hosts.conftest import ROOT, NewSite
from tests.support.servers import free_port, wait_until

#: A code block: its language, and the file that it is, if it is one.
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Commands that ask a registry. They are left out where the packages are those of the tests.
_INSTALL = re.compile(r"^(python3 -m venv|\.venv/bin/pip|npm) .*\n", re.MULTILINE)


def script_of(page: str) -> str:
    """The whole page as one script: files are written and commands run in the order in which they stand there."""
    parts = ["set -e\n"]
    for language, file, code in _BLOCK.findall((ROOT / "docs" / "recipes" / page).read_text()):
        if file:
            parts.append(f"mkdir -p $(dirname '{file}')\ncat > '{file}' <<'END OF FILE'\n{code}END OF FILE\n")
        elif language == "sh":
            parts.append(code)
    return "".join(parts)


@contextmanager
def running(page: str, site: NewSite, folder: Path, *, literal: bool, path: str = "/") -> Iterator[str]:
    """The address of the host that the recipe ends with. `literal`: every command is run, also those that ask a registry."""
    port = free_port()
    script = re.sub(r"\b4000\b", str(port), script_of(page))
    script = re.sub(r"\bdemo\b", site.id, script.replace("http://localhost:8000", site.url))
    if not literal:
        script = re.sub(r"(?<!/)\.venv/bin/", f"{Path(sys.executable).parent}/", _INSTALL.sub("", script))
    (folder / ".greenroom").mkdir()
    (folder / ".greenroom" / f"{site.id}.key").write_text(site.key)
    (folder / "greenroom").symlink_to(ROOT)
    environ = {**os.environ, **site.settings, "HOME": str(folder)}
    if not literal:
        environ["PYTHONPATH"] = str(ROOT / "clients" / "python")
    with (folder / "printed.txt").open("wb") as printed:
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder, env=environ, stdout=printed, stderr=printed, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        url = f"http://localhost:{port}"
        wait_until(lambda: answers(url + path) or process.poll() is not None, seconds=600, what=page)
        assert process.poll() is None, (folder / "printed.txt").read_text()
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
