"""Each statement of the web process and of the workers fails once, with the words of a comment in its message: none of them is logged."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, event

from service import logs
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from tests.security.conftest import House
from tests.support.factories import draft, moved, submitted
from tests.support.sign_in import Browser, moderator, serving
from workers.periodic.sweep import PERIODIC_JOBS
from workers.resources.worker_resources import WorkerResources

CANARIES = ("zanzibarquux", "Quillfeather", "quill.canary", "7700 900123")
TEXT = "I zanzibarquux, call +44 7700 900123 or write to quill.canary@mail.example"
AUTHOR = {"name": "Quillfeather", "email": "quill.canary@mail.example", "id": "quill.canary"}
#: Statements of the connection itself, and those that carry nothing.
LEFT_OUT = ("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ", "SHOW", "SELECT pg_", "select pg_", "show ")
#: More tries than any step has statements.
MOST = 80

Step = Callable[[], object]


@contextmanager
def each_statement_failing_once() -> Iterator[set[str]]:
    """The statements that have failed. The driver's message has the parameters, as PostgreSQL's often has."""
    failed: set[str] = set()

    def fail(_cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        if statement in failed or statement.startswith(LEFT_OUT):
            return
        failed.add(statement)
        kind = sqlite3.IntegrityError if context.dialect.name == "sqlite" else psycopg.errors.IntegrityError
        raise kind(f"Key (text)=({TEXT}, {parameters!r}) already exists")

    for name in ("do_execute", "do_executemany"):
        event.listen(Engine, name, fail)
    yield failed
    for name in ("do_execute", "do_executemany"):
        event.remove(Engine, name, fail)


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What is logged, as the processes write it."""
    root, stream = logging.getLogger(), StringIO()
    before = (root.handlers[:], root.level, logging.lastResort, logging.raiseExceptions)
    logs.configure("test", style="json", stream=stream)
    yield stream
    root.handlers[:], logging.lastResort, logging.raiseExceptions = before[0], before[2], before[3]
    root.setLevel(before[1])


def worked(resources: WorkerResources, run: Callable[[WorkerResources], object]) -> None:
    """Run a job as the sweep does."""
    try:
        run(resources)
    except Exception:
        logging.getLogger("greenroom.sweep").exception("sweep_failed")


def held(database: Database) -> str:
    with database.writing() as session:
        (comment,) = submitted(session, draft(TEXT, author=AUTHOR, external_id=uuid4().hex))
        moved(session, comment, State.HELD)
    return str(comment)


def steps(house: House, worker: WorkerResources, ada: Browser) -> Iterator[Step]:
    """What a host, a reader, a moderator and the workers do with the comments."""
    host, nobody, ids = house.host(), house.nobody, [held(house.database) for _ in range(7)]
    body = {"thread": {"id": "a", "title": "Quillfeather"}, "text": TEXT, "author": AUTHOR, "context": {"ip": "192.0.2.7"}}
    yield lambda: host.post("/v1/comments", json=body | {"external_id": f"quill.canary-{uuid4()}"}, headers={"Idempotency-Key": f"quill.canary {uuid4()}"})  # fmt: skip
    for job in PERIODIC_JOBS:
        if job.name != "learner":
            yield partial(worked, worker, job.run)
    yield lambda: host.post(f"/v1/comments/{ids[0]}/decision", json={"decision": "approve", "note": TEXT})
    yield lambda: host.post("/v1/reports", json={"comment": ids[0], "kind": "rules", "reason": "insult", "text": TEXT, "name": "Quillfeather", "email": AUTHOR["email"], "good_faith": True})  # fmt: skip
    yield lambda: host.post(f"/v1/comments/{ids[1]}/decision", json={"decision": "reject", "reason": "insult"})
    yield lambda: host.post(f"/v1/comments/{ids[1]}/complaint", json={"text": TEXT, "email": AUTHOR["email"]})
    yield lambda: host.patch(f"/v1/comments/{ids[2]}", json={"text": f"{TEXT} {uuid4()}"})
    yield lambda: host.delete(f"/v1/comments/{ids[3]}")
    yield lambda: host.post("/v1/persons/export", json={"email": AUTHOR["email"]})
    yield lambda: host.get("/v1/comments")
    yield lambda: host.get(f"/v1/comments/{ids[4]}")
    yield lambda: nobody.post(
        "/f/news", data={"thread": uuid4().hex, "text": TEXT, "name": "Quillfeather", "email": AUTHOR["email"]}
    )
    yield lambda: nobody.get("/v1/threads/page/comments?site=news")
    for path, form in (("/sign-in", {"password": "zanzibarquux"}), ("/sign-in/link/send", {})):
        yield partial(Browser(house.app).post, path, {"email": AUTHOR["email"], **form})
    for path in ("/queue?q=zanzibarquux", "/search?q=Quillfeather", "/authors", "/decisions", "/reported", "/charts", "/threads", "/settings/audit-log"):  # fmt: skip
        yield partial(ada.get, path)
    form = {"site": "news", "comment": ids[4], "version": "1", "decision": "reject", "note": TEXT}
    yield partial(ada.post, "/queue/decide", form)
    yield partial(ada.post, f"/comments/{ids[5]}/note", {"site": "news", "text": TEXT})
    for job in PERIODIC_JOBS[:2]:
        yield partial(worked, worker, job.run)


def test_no_word_is_logged_whichever_statement_fails(house: House, settings: Settings, lines: StringIO) -> None:
    mail = replace(settings, mail_url="smtp://localhost:9", mail_from="greenroom@news.example", form_rate_per_minute=10_000)
    worker = WorkerResources.open(mail)
    with serving(mail) as app:
        ada = Browser(app).signed_in(moderator(house.database, "ada@news.example", Role.ADMIN, site="news"))
        todo = list(steps(replace(house, app=app), worker, ada))
        with each_statement_failing_once() as failed:
            for step in todo:
                for _ in range(MOST):
                    before = len(failed)
                    step()
                    if len(failed) == before:
                        break
                else:
                    pytest.fail(f"{step} goes on failing")
    worker.close()
    written = lines.getvalue()
    assert [line for line in written.splitlines() if any(word in line for word in CANARIES)] == []
    assert written.count("IntegrityError") > 50
    assert len(failed) > 100
