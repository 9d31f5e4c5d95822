"""Clients that request much and read nothing do not block others, and do not fill the memory."""

import http.client
import resource
import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert

from service.actions.sites.sites_and_keys import add_site
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.moderation import Decision
from tests.support.process_tree import GREENROOM
from tests.support.seeding import Seed, sow
from tests.support.servers import Server, wait_until
from tests.support.sign_in import moderator
from tests.support.web_server import Web

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

#: Long texts, so that the file has 20 MB: far more than the kernel buffers for a connection.
DECISIONS, UNREAD, FEW = 5_000, 1_040, 20
#: Bytes by which the web process may grow with unread responses: a few copies of one piece, and the cost of the connections.
GROWTH = 64_000_000
FEED = "/v1/threads/long/comments?site=news&limit=100"


class Alone(Web):
    """A real `greenroom web`."""

    def command(self) -> list[str]:
        return [
            "env",
            *[f"{name}={value}" for name, value in {**self.environment, "PORT": str(self.port)}.items()],
            str(GREENROOM),
            "web",
        ]

    @property
    def worker(self) -> int:
        main = self.process.pid
        return int(Path(f"/proc/{main}/task/{main}/children").read_text().split()[-1])

    @property
    def memory(self) -> int:
        """The memory of the serving process in bytes."""
        return int(Path(f"/proc/{self.worker}/statm").read_text().split()[1]) * resource.getpagesize()

    @property
    def connections(self) -> int:
        """The number of its open sockets."""
        return sum(
            place.is_symlink() and str(place.readlink()).startswith("socket:")
            for place in Path(f"/proc/{self.worker}/fd").iterdir()
        )

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def signed_in(self, token: str) -> str:
        """The session cookie of a moderator who signed in with this link."""
        status, headers, _ = self.ask("POST", f"/sign-in/{token}", Origin=self.url)
        assert status == 303
        return headers["Set-Cookie"].partition(";")[0]

    def unread(self, held: ExitStack, path: str, cookie: str = "") -> socket.socket:
        """A connection that sends a request and does not read the response."""
        line = held.enter_context(socket.socket())
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(60)
        line.connect(("127.0.0.1", self.port))
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
        return line


def status_of(line: socket.socket) -> int:
    """The status of the response that has begun to arrive. The rest stays unread."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    assert poll.poll(60_000), "no answer"
    return int(line.recv(64, socket.MSG_PEEK).split()[1])


@pytest.fixture(autouse=True)
def many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Alone]:
    database = Database(database_url)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    comment, _ = sow(database, "news", [Seed("These were decided on.", state=State.APPROVED), Seed("These are held words.")])
    sow(database, "news", [Seed("Long words. " * 800, state=State.APPROVED, thread="long") for _ in range(60)])
    with database.writing() as session:
        session.execute(insert(Decision), [decision(comment, n) for n in range(DECISIONS)])
    database.close()
    settings = {"GREENROOM_WRITE_TIMEOUT": "600", "GREENROOM_CONNECTIONS_PER_IP": "0"}
    with Alone(tmp_path, DATABASE_URL=database_url, GREENROOM_BROKER="none", **settings) as web:
        yield web


def decision(comment: UUID, n: int) -> dict[str, object]:
    moves = {"from_state": "held", "to_state": "approved", "version": n + 1_000, "note": f"Note {n} " + "of a moderator " * 270}
    at = datetime.now(UTC) - timedelta(seconds=n)
    return {"id": new_id(), "site_id": "news", "comment_id": comment, "key_id": new_id(), "at": at, "reason": "", **moves}


def person(web: Alone, email: str, role: Role) -> str:
    database = Database(web.settings.database)
    token = moderator(database, email, role, site="news")
    database.close()
    return web.signed_in(token)


def test_one_viewer_with_unread_downloads_keeps_nobody_out(web: Alone) -> None:
    viewer, other = person(web, "vic@news.example", Role.VIEWER), person(web, "mo@news.example", Role.MODERATOR)
    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(lambda _: web.ask("GET", "/queue", Cookie=other)[0], range(64))) == {200}
    before = web.memory
    with ExitStack() as held:
        lines = [web.unread(held, "/decisions.csv", viewer) for _ in range(UNREAD)]
        wait_until(web.ready, what="an answer to somebody else")
        statuses = [status_of(line) for line in lines]
        assert web.ready()
        assert web.ask("GET", "/queue", Cookie=other)[0] == 200
        assert web.memory - before < GROWTH
        # Sent at once, they may also exceed the threads (503). The slot of a closed connection goes to the next one.
        assert set(statuses) <= {200, 429, 503}
        assert 2 <= statuses.count(200) < FEW, (web.folder / "log.txt").read_text()
        wait_until(lambda: status_of(web.unread(held, "/decisions.csv", viewer)) == 429, what="both places to be taken")
        status, headers, body = web.ask("GET", "/decisions.csv", Cookie=viewer, **{"Accept-Language": "de"})
        assert (status, int(headers["Retry-After"]) > 0) == (429, True)
        assert "bereits zwei Dateien" in body.decode()
        # Another moderator has separate slots.
        assert web.ask("GET", "/decisions.csv", Cookie=other)[2].count(b"\n") == DECISIONS + 1
    wait_until(lambda: web.ask("GET", "/decisions.csv", Cookie=viewer)[0] == 200, what="the places to be free again")
    status, _, body = web.ask("GET", "/decisions.csv", Cookie=viewer)
    assert (status, body.count(b"\n")) == (200, DECISIONS + 1)


def test_feeds_that_nobody_reads_fill_no_memory(web: Alone) -> None:
    assert len(web.ask("GET", FEED)[2]) > 250_000
    before = web.memory
    with ExitStack() as held:
        statuses = [status_of(web.unread(held, FEED)) for _ in range(UNREAD)]
        assert web.ready()
        assert web.memory - before < GROWTH
        assert set(statuses) <= {200, 503}
    wait_until(lambda: web.ask("GET", FEED)[0] == 200, what="the feed to be read again")


def test_an_answer_that_does_not_move_is_given_up_and_its_connection_closed(web: Alone) -> None:
    web.stop()
    web.environment["GREENROOM_WRITE_TIMEOUT"] = "1"
    Server.start(web)
    cookie = person(web, "vic@news.example", Role.VIEWER)
    before = web.connections
    with ExitStack() as held:
        for _ in range(2):
            assert status_of(web.unread(held, "/decisions.csv", cookie)) == 200
        wait_until(lambda: web.connections <= before, what="the connections to be closed")
        # The process notices a moment later that they are closed.
        wait_until(lambda: web.ask("GET", "/decisions.csv", Cookie=cookie)[0] == 200, what="room for a download")
