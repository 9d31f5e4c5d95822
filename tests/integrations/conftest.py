"""Fixtures: a real WordPress with our plugin, connected to a real Greenroom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.actions.sites.sites_and_keys import add_key, add_site
from service.domain.policy import site_thresholds
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.integrations.connected_blog import ConnectedBlog
from tests.support.web_server import Web
from tests.support.wordpress import MariaDb
from tests.support.wordpress_plugin import PluginBlog


@pytest.fixture(scope="package")
def greenroom(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("greenroom")
    (folder / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    settings = {"GREENROOM_DECISION_DELAY": "0", "GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8", "GREENROOM_WEBHOOK_TIMEOUT": "10"}
    with pytest.MonkeyPatch.context() as patch:
        # Otherwise one approved comment in fifty would be held for a person.
        patch.setattr(site_thresholds, "SAMPLE", 0)
        with Web(folder, DATABASE_URL=f"sqlite:///{folder / 'greenroom.db'}", **settings) as web:
            yield web


@pytest.fixture(scope="package")
def connected(greenroom: Web, mariadb: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedBlog]:
    if not PluginBlog.there():
        pytest.skip("WordPress is not to be had on this machine")
    wordpress = PluginBlog(tmp_path_factory.mktemp("wordpress"))
    wordpress.database = mariadb
    database = Database(greenroom.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=[wordpress.url], now=datetime.now(UTC))
        key = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    database.close()
    with wordpress:
        blog = ConnectedBlog(wordpress, greenroom.url, key)
        blog.connect()
        yield blog
        blog.api.close()
        faults = wordpress.faults()
        assert not faults, "\n".join(faults)


@pytest.fixture
def blog(connected: ConnectedBlog) -> ConnectedBlog:
    """The blog, with its settings as they were."""
    connected.restore()
    return connected
