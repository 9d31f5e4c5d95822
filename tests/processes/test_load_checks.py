"""A web process loads the checks at its start only where the setting says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.config import Settings

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PROGRAM = """
import sys
from service.processes.web import web_app
web_app()
print("workers.checks.models" in sys.modules, flush=True)
import os
os._exit(0)
"""


@pytest.mark.parametrize("loads", [True, False])
def test_a_web_process_loads_the_checks_at_its_start_if_it_is_told_to(
    settings: Settings, database_url: str, tmp_path: Path, loads: bool
) -> None:
    environment = os.environ | {
        "DATABASE_URL": database_url, "GREENROOM_HOME": str(tmp_path), "GREENROOM_SECRET_KEY": settings.secret,
        "GREENROOM_LOAD_CHECKS": str(loads).lower(),
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout.splitlines()[-1] == str(loads)
