"""Each statement of the web process and of the workers fails once, with the words of a comment in its message: none of them is logged."""

import logging
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from service import logs
from service.config import Settings
from service.store.tables.accounts import Role
from tests.commands.conftest import Greenroom
from tests.security.conftest import House
from tests.security.statement_steps import CANARIES, TEXT, steps
from tests.support.sign_in import Browser, moderator, serving
from workers.resources.worker_resources import WorkerResources

#: Statements of the connection itself, and those that carry nothing.
LEFT_OUT = ("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ", "SHOW", "SELECT pg_", "select pg_", "show ")
#: More tries than any step has statements.
MOST = 80
PROJECT = Path(__file__).parents[2]
#: Modules that execute what others give them, and statements of the connection itself.
PASSING_ON = ("service/store/db/",)
EXECUTES = re.compile(r"\.(execute|scalars?|exec_driver_sql)\(")


@contextmanager
def each_statement_failing_once() -> Iterator[set[tuple[str, ...]]]:
    """The statements that have failed, each with the modules that had it executed. The same statement of another module fails again.
    The driver's message has the parameters, as PostgreSQL's often has."""
    failed: set[tuple[str, ...]] = set()
    seen: set[tuple[str, str]] = set()

    def fail(_cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        if statement.startswith(LEFT_OUT):
            return
        modules = tuple(_modules_on_the_stack())
        if (modules[0], statement) in seen:
            return
        seen.add((modules[0], statement))
        failed.add((statement, *modules))
        kind = sqlite3.IntegrityError if context.dialect.name == "sqlite" else psycopg.errors.IntegrityError
        raise kind(f"Key (text)=({TEXT}, {parameters!r}) already exists")

    for name in ("do_execute", "do_executemany"):
        event.listen(Engine, name, fail)
    yield failed
    for name in ("do_execute", "do_executemany"):
        event.remove(Engine, name, fail)


def _modules_on_the_stack() -> Iterator[str]:
    """The modules of the service and the workers, innermost first, but for those that only pass statements on."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        name = frame.f_code.co_filename.removeprefix(f"{PROJECT}/")
        if name.startswith(("service/", "workers/")) and not name.startswith(PASSING_ON):
            yield name
        frame = frame.f_back


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What is logged, as the processes write it."""
    root, stream = logging.getLogger(), StringIO()
    before = (root.handlers[:], root.level, logging.lastResort, logging.raiseExceptions)
    logs.configure("test", style="json", stream=stream)
    yield stream
    root.handlers[:], logging.lastResort, logging.raiseExceptions = before[0], before[2], before[3]
    root.setLevel(before[1])


def executing_modules() -> set[str]:
    """The modules of the store and of the workers that execute statements."""
    files = [file for room in ("service/store", "workers") for file in (PROJECT / room).rglob("*.py")]
    names = {str(file.relative_to(PROJECT)) for file in files if EXECUTES.search(file.read_text())}
    return {name for name in names if not name.startswith((*PASSING_ON, "service/store/migrations/", "workers/training/"))}


def test_no_word_is_logged_whichever_statement_fails(
    house: House, settings: Settings, lines: StringIO, greenroom: Greenroom
) -> None:
    mail = replace(settings, mail_url="smtp://localhost:9", mail_from="greenroom@news.example", form_rate_per_minute=10_000)
    worker = WorkerResources.open(mail)
    with serving(mail) as app:
        ada = Browser(app).signed_in(moderator(house.database, "ada@news.example", Role.ADMIN, site="news"))
        todo = list(steps(replace(house, app=app), worker, ada, greenroom))
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
    assert sorted(executing_modules().difference(*failed)) == [], (
        "add a step to statement_steps.py that executes their statements"
    )
