"""Fixtures for all tests: real databases, a real Redis, and the resources of a web process and of a worker."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, expect
from werkzeug.routing import Rule

from service.config import Settings
from service.setting_sources import load
from service.store.db import migrate
from service.store.db.engine import Database
from tests.store.db.citus_rules import watch_statements
from tests.support.desk import browser
from tests.support.servers import PATIENCE, Postgres, Redis, program
from tests.support.wordpress import MariaDb, WordPress


def _available_memory() -> int:
    """Bytes that new processes may use without swapping; 0 where the system does not say (proc(5), MemAvailable)."""
    try:
        meminfo = Path("/proc/meminfo").read_text()
    except OSError:
        return 0
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


#: Set to true, the tests on PostgreSQL run the statements for Citus.
CITUS = "GREENROOM_CITUS"
#: Tests keep their files in memory where there is room for them: their many small commits to a disk take a third of their time.
#: `TMPDIR=/tmp` keeps them on the disk.
_MEMORY, _ROOM = Path("/dev/shm"), 6 << 30  # noqa: S108
if "TMPDIR" not in os.environ and _MEMORY.is_dir() and min(shutil.disk_usage(_MEMORY).free, _available_memory()) > _ROOM:
    os.environ["TMPDIR"] = str(_MEMORY)
    # Python may have chosen a folder before.
    tempfile.tempdir = None


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compiles each template once for all applications of this session. Otherwise each test compiles what its pages need."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))}


@pytest.fixture(scope="session", autouse=True)
def compiled_routes() -> Iterator[None]:
    """Compiles the URL builder of each route once for all applications of this session: 15 ms for an application, not 105."""
    compile_builder = Rule._compile_builder
    compiled: dict[tuple[str, str, bool], Callable[..., tuple[str, str]]] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (repr(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_that_citus_takes() -> None:
    """Each statement that a test runs on PostgreSQL is one that Citus takes, too."""
    watch_statements()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL for this test session, a child process on a free port."""
    yield from served(Postgres, tmp_path_factory.mktemp("postgres"), sync=False)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis for this test session, a child process on a free port."""
    yield from served(Redis, tmp_path_factory.mktemp("redis"))


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """A MariaDB for this test session, a child process on a socket."""
    yield from served(MariaDb, tmp_path_factory.mktemp("mariadb"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per test file. Playwright keeps an event loop running in its thread, and other test files have their own."""
    expect.set_options(timeout=PATIENCE * 1000)
    with browser() as found:
        if found is None:
            pytest.skip("Chromium is not to be had on this machine")
        yield found


def served(kind: type, folder: Path, **options: bool) -> Iterator:
    """A running server of this kind. Skips the test if this machine has none."""
    server = kind.find(folder)
    if server is None:
        pytest.skip(f"{kind.__name__} is not to be had on this machine")
    vars(server).update(options)
    with server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "greenroom.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database. Each test that uses it runs on both engines."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        copy = tmp_path / "greenroom.db"
        copy.write_bytes(template.read_bytes())
        yield f"sqlite:///{copy}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh_database()
    yield url
    # Dropped at once, its nine megabytes never reach the disk.
    server.drop_database(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings for one test: its own database and home, no broker, a known secret."""
    return load(
        {
            "GREENROOM_HOME": str(tmp_path),
            "DATABASE_URL": database_url,
            "GREENROOM_SECRET_KEY": "a secret that only the tests know, long enough",
            "GREENROOM_PUBLIC_URL": "http://greenroom.example",
            "GREENROOM_DECISION_DELAY": "0",
            CITUS: os.environ.get(CITUS, "false"),
        }
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database.of(settings)
    yield database
    database.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Asked of the machine, not of the tests: these may have run in other processes."""
    found = {
        "PostgreSQL": Postgres.find(Path()),
        "Redis": Redis.find(Path()),
        "Redis Sentinel": program("redis-sentinel"),
        "PgBouncer": program("pgbouncer"),
        "nginx": program("nginx"),
        "Apache": program("apache2"),
        "Caddy": program("caddy"),
        "PHP": shutil.which("php"),
        "MariaDB": MariaDb.find(Path()),
        "WordPress": WordPress.there(),
        "Chromium": shutil.which("chromium") or shutil.which("chromium-browser"),
    }
    if missing := [name for name, place in found.items() if not place]:
        terminalreporter.write_line(f"Not tried, because this machine has none: {', '.join(missing)}")


def pytest_configure() -> None:
    # Hypothesis: the same examples each time and no deadline, since a slow machine is no fault of the code.
    hypothesis.settings.register_profile(
        "sure", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("sure")
    # The developer's environment must not leak into the tests, but for the choice of the statements for Citus.
    for name in [n for n in os.environ if n.startswith("GREENROOM_") or n in ("DATABASE_URL", "REDIS_URL", "PORT")]:
        if name != CITUS:
            del os.environ[name]
