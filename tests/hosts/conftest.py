"""A running Greenroom with a site, and a proxy in front of it that fails as it is told."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from service.actions.sites.sites_and_keys import add_key, add_site
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.support.faulty_proxy import FaultyProxy
from tests.support.web_server import Web

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "clients" / "python"))

_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site of the running Greenroom, with a key that may do everything. `settings` are those of Greenroom's own commands."""

    url: str
    id: str
    key: str
    settings: dict[str, str]


@pytest.fixture(scope="session")
def web(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("greenroom")
    (folder / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    settings = {"GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8", "GREENROOM_DECISION_DELAY": "0", "GREENROOM_WEBHOOK_TIMEOUT": "30"}
    with Web(folder, DATABASE_URL=f"sqlite:///{folder / 'greenroom.db'}", **settings) as web:
        yield web


@pytest.fixture(scope="session")
def running(web: Web) -> Iterator[Database]:
    """The database of the running Greenroom."""
    database = Database(web.settings.database)
    yield database
    database.close()


@pytest.fixture
def site(web: Web, running: Database) -> NewSite:
    with running.writing() as session:
        site_id = add_site(session, f"news-{next(_NUMBERS)}", origins=["http://localhost:4000"], now=datetime.now(UTC)).id
        key = add_key(session, site_id, scopes=list(Scope), label="tests", now=datetime.now(UTC))[1]
    settings = {name: value for name, value in web.environment.items() if name != "PORT"}
    return NewSite(web.url, site_id, key, settings)


@pytest.fixture
def proxy(web: Web) -> Iterator[FaultyProxy]:
    with FaultyProxy(web.url) as proxy:
        yield proxy
