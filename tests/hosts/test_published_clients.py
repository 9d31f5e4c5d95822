"""Published clients of Akismet, OpenAI and Perspective, unmodified but for the address, ask a running Greenroom.

They come from PyPI and npm, so only `make published` runs this. Each script in `published/` says how its client finds Greenroom.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.actions.sites.sites_and_keys import add_akismet_key
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from tests.hosts.conftest import NewSite
from tests.support.web_server import Web

pytestmark = pytest.mark.skipif(
    "REGISTRIES" not in os.environ, reason="`make published` runs it, with packages from their registries"
)
_SCRIPTS = Path(__file__).parent / "published"
_AKISMET = {"calm": False, "spam": True, "known": True, "unknown": False}
_OPENAI = {"calm": False, "rude": True, "unmeasured": None, "wrong key": "AuthenticationError"}


@pytest.mark.parametrize(
    ("script", "package", "said"),
    [
        ("akismet_pypi.py", "akismet==25.10.1", {"calm": "HAM", "spam": "SPAM", "reported": True, "wrong key": "APIKeyError"}),
        ("python_akismet.py", "python-akismet==0.4.3", {"calm": 0, "spam": 2}),
        ("akismet_api.mjs", "akismet-api@6.0.0", _AKISMET),
        ("cedx_akismet.mjs", "@cedx/akismet@16.2.1", _AKISMET | {"calm": 0, "spam": 1}),
        ("openai_python.py", "openai==3.57.0", _OPENAI),
        ("openai_npm.mjs", "openai@6.49.0", _OPENAI),
        ("perspective_python.py", "google-api-python-client==2.202.0", {"calm": True, "rude": True, "wrong key": 401}),
        ("perspective_npm.cjs", "perspective-api-client@3.1.0", {"calm": True, "rude": True}),
    ],
)  # fmt: skip
def test_a_published_client_gets_the_answers_that_it_knows(
    web: Web, running: Database, site: NewSite, tmp_path: Path, script: str, package: str, said: dict[str, Any]
) -> None:
    with running.writing() as session:
        pseudonyms = Pseudonymizer.from_secret(web.settings.secret)
        akismet_key = add_akismet_key(session, site.id, pseudonyms=pseudonyms, now=datetime.now(UTC))[1]
    environ = {**os.environ, "URL": site.url, "KEY": site.key, "AKISMET_KEY": akismet_key, "BLOG": "http://localhost:4000"}
    shutil.copy(_SCRIPTS / script, tmp_path)
    command = [_python(tmp_path, package) if script.endswith(".py") else _node(tmp_path, package), script]
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == said


def _python(folder: Path, package: str) -> str:
    """A Python that has this package."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    also = ["requests"] if package.startswith("python-akismet") else []
    subprocess.run([folder / "venv/bin/pip", "install", "--quiet", package, *also], check=True)
    return str(folder / "venv/bin/python")


def _node(folder: Path, package: str) -> str:
    """A Node whose folder has this package."""
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, package], check=True)
    return "node"
