"""A full disk: no comment is confirmed that is not stored, and work resumes by itself once there is space."""

import http.client
import json
import resource
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.actions.sites.sites_and_keys import add_key, add_site
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.sites import Scope
from tests.support.web_server import Web

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url) as web:
        yield web


def processes_of(web: Web) -> list[int]:
    main = web.process.pid
    return [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]


def limit_files(web: Web, most: int) -> None:
    """Limit the size of the web process's files in bytes (RLIMIT_FSIZE): the effect of a full disk."""
    for pid in processes_of(web):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def post(web: Web, key: str, text: str) -> tuple[int, str | None]:
    body = json.dumps({"thread": {"id": "a"}, "text": text})
    with closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)) as connection:
        connection.request("POST", "/v1/comments", body, {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"]


def test_a_full_disk_is_told_honestly_and_forgotten_once_there_is_room(web: Web) -> None:
    database = Database(web.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        key = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    taken = [f"before {n}" for n in range(5) if post(web, key, f"before {n}")[0] == 202]
    assert len(taken) == 5
    limit_files(web, 8192)
    answers = [post(web, key, f"full {n} " + "words " * 1000) for n in range(10)]
    assert set(answers) == {(503, "1")}
    assert web.ready()
    limit_files(web, resource.RLIM_INFINITY)
    assert post(web, key, "after")[0] == 202
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Comment.text.like("full%"))) == 0
        assert session.scalar(select(func.count()).where(Comment.text.like("before%"))) == 5
    database.close()
