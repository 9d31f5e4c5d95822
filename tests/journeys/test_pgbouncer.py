"""A real PgBouncer that pools transactions, between Greenroom and PostgreSQL."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.actions.sites.sites_and_keys import add_key, add_site
from service.clock import utcnow
from service.setting_sources import load
from service.store.tables.sites import Scope
from service.web.app import create_app
from tests.support.servers import Postgres, Server, program, takes_connections
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SECRET = "a secret that only the tests know, long enough"


class PgBouncer(Server):
    """A PgBouncer that pools transactions: all clients share two connections."""

    def __init__(self, folder: Path, behind: Postgres) -> None:
        super().__init__(folder)
        self._behind = behind

    def start(self) -> None:
        self.folder.chmod(0o755)
        (self.folder / "pgbouncer.ini").write_text(
            f"""
            [databases]
            * = host=127.0.0.1 port={self._behind.port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {self.port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 2
            ignore_startup_parameters = options
        """.replace("    ", "")
        )
        super().start()

    def command(self) -> list[str]:
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        return [program("pgbouncer") or "", *account, str(self.folder / "pgbouncer.ini")]

    def ready(self) -> bool:
        return takes_connections(self.dsn("postgres"))

    def dsn(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


def test_comments_go_through_pgbouncer(postgres: Postgres, tmp_path: Path) -> None:
    """Twelve clients at once share two connections, so each transaction may be on another one."""
    if not program("pgbouncer"):
        pytest.skip("PgBouncer is not to be had on this machine")
    name = postgres.fresh_database().rpartition("/")[2]
    with PgBouncer(tmp_path, postgres) as bouncer:
        environ = {"GREENROOM_HOME": str(tmp_path), "GREENROOM_SECRET_KEY": SECRET, "GREENROOM_PREPARED_STATEMENTS": "false"}
        settings = load({**environ, "DATABASE_URL": bouncer.dsn(name)})
        workers = WorkerResources.open(settings)
        with workers.database.writing() as session:
            add_site(session, "news", origins=["https://news.example"], now=utcnow())
            key = add_key(session, "news", scopes=list(Scope), now=utcnow())[1]
        app = create_app(settings)
        headers = {"Authorization": f"Bearer {key}"}

        def post(number: int) -> int:
            body = {"thread": {"id": f"page-{number % 5}"}, "text": f"A calm word about the bridge, number {number}."}
            posted = app.test_client().post("/v1/comments", json=body, headers=headers)
            read = app.test_client().get(f"/v1/threads/page-{number % 5}/comments?site=news")
            return max(posted.status_code, read.status_code)

        with ThreadPoolExecutor(12) as crowd:
            assert set(crowd.map(post, range(120))) == {202}
        while check_pending(workers):
            pass
        counts = app.test_client().get("/v1/counts?site=news&thread=page-0&thread=page-1", headers=headers)
        assert counts.json["counts"] == {"page-0": 24, "page-1": 24}
        app.extensions["greenroom"].close()
        workers.database.close()
