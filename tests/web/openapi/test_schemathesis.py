"""The OpenAPI document is correct: schemathesis calls every operation thousands of times and finds no undocumented response."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.actions.sites.sites_and_keys import add_key, add_site
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.support.web_server import COMMANDS, Web

pytestmark = [pytest.mark.parametrize("database_url", ["sqlite"], indirect=True), pytest.mark.timeout(1200)]

PROJECT = Path(__file__).parents[3]
#: Seconds to search; `make schemathesis` sets more.
SECONDS = os.environ.get("SCHEMATHESIS_SECONDS", "30")


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url) as web:
        yield web


def test_schemathesis_finds_nothing_with_all_checks(web: Web, tmp_path: Path) -> None:
    database = Database(web.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        token = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    database.close()
    options = ["--checks", "all", "--max-examples", "20", "--max-time", SECONDS, "--continue-on-failure", "--no-color"]
    command = [str(COMMANDS / "schemathesis"), "run", f"{web.url}/openapi.json", "-H", f"Authorization: Bearer {token}"]
    quiet = ["--warnings", "off", "--seed", "1", "--generation-database", "none", "--exclude-path-regex", "^/(sign-in|queue)"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.web.openapi.schemathesis_hooks", "PYTHONPATH": str(PROJECT)}
    run = subprocess.run([*command, *options, *quiet], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-8000:]
