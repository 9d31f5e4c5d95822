"""Whichever statement fails in whichever process, no log contains text, names or numbers of a comment."""

import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.sites.sites_and_keys import add_key, add_site
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.support.factories import draft, moved, submitted
from tests.support.process_tree import GREENROOM, Up
from tests.support.servers import PATIENCE, Postgres, Redis, free_port, wait_until
from tests.support.webhook_receiver import Receiver

#: Strings that occur only in this test's comments and moderators' notes.
CANARIES = ("zanzibarquux", "Quillfeather", "quill.canary", "7700 900123", "arsehole", "notecanary", "hostcanary")
TEXT = "You fucking arsehole zanzibarquux, call +44 7700 900123 or write to quill.canary@mail.example"
AUTHOR = {"name": "Quillfeather", "email": "quill.canary@mail.example", "url": "https://quill.canary.example"}
ENVIRON = {
    "GREENROOM_SWEEP_EVERY": "0.5",
    "GREENROOM_SWEEP_AFTER": "1",
    "GREENROOM_LEASE": "2",
    "GREENROOM_DECISION_DELAY": "0",
    "GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8",
}


@dataclass
class House:
    """A Greenroom of real processes: its client, its database, and the folder with all its output. `workers` check and deliver."""

    url: str
    key: str
    database: Database
    folder: Path
    workers: frozenset[str]
    held: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: object) -> tuple[int, Any]:
        request = urllib.request.Request(f"{self.url}/v1{path}", json.dumps(body).encode(), method=method)
        request.headers |= {"Authorization": f"Bearer {self.key}", "Content-type": "application/json"}
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None

    def post(self) -> None:
        name = f"hostcanary-{os.urandom(4).hex()}"
        self.ask("POST", "/comments", {"thread": {"id": "a", "title": name}, "text": TEXT, "author": AUTHOR, "external_id": name})

    def hold(self, count: int) -> None:
        """Make this many held comments."""
        with self.database.writing() as session:
            drafts = [draft(f"{TEXT} {n}", author=AUTHOR) for n in range(count)]
            for comment in submitted(session, *drafts, site_id="demo", now=datetime.now(UTC)):
                moved(session, comment, State.HELD)
                self.held.append(str(comment))

    def decide(self) -> None:
        self.ask("POST", f"/comments/{self.held.pop()}/decision", {"decision": "approve", "note": "notecanary"})

    def revise(self) -> None:
        self.ask("PATCH", f"/comments/{self.held.pop()}", {"text": f"{TEXT} again"})

    def count_anew(self) -> None:
        with self.database.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM daily_statistics")

    def teach(self) -> None:
        """Make enough decisions that the site model is due."""
        with self.database.writing() as session:
            comments = submitted(session, *[draft(f"{TEXT} {n}") for n in range(40)], site_id="demo", now=datetime.now(UTC))
            for n, comment in enumerate(comments):
                moved(session, comment, State.HELD)
                ruling = Ruling(comment, State.REJECTED if n % 2 else State.APPROVED, None)
                decide(session, "demo", [ruling], actor=Actor(key_id=new_id()), now=datetime.now(UTC), delay=timedelta(0))

    def written(self) -> str:
        """Everything that its processes wrote to logs, stdout and stderr."""
        files = [path for path in self.folder.rglob("*") if re.search(r"\.log(\.1)?$|\.txt$", path.name)]
        return "\n".join(path.read_text(errors="replace") for path in files)

    def failures(self) -> int:
        """The number of failed statements so far, according to the log."""
        return self.written().count("IntegrityError")

    def told(self) -> list[dict[str, Any]]:
        """The log lines about failed statements."""
        return [json.loads(line) for line in self.written().splitlines() if "IntegrityError" in line and line.startswith("{")]

    def failed(self) -> set[str]:
        """The processes that logged a failed statement."""
        return {fact["process"] for fact in self.told()}

    @contextmanager
    def failing(self, statement: str, table: str) -> Iterator[None]:
        """Make statements of this kind on this table fail; on PostgreSQL with the whole row in the message."""
        self._run(_TRIGGER_ON_SQLITE if self.database.on_sqlite else _TRIGGER, statement=statement, table=table)
        yield
        self._run("DROP TRIGGER harm" if self.database.on_sqlite else 'DROP TRIGGER harm ON "{table}"', table=table)

    def _run(self, sql: str, **names: str) -> None:
        def run(connection: Connection) -> None:
            connection.exec_driver_sql(sql.format(**names))

        with self.database.writing() as session:
            run(session.connection())


_TRIGGER_ON_SQLITE = "CREATE TRIGGER harm BEFORE {statement} ON \"{table}\" BEGIN SELECT RAISE(ABORT, 'refused'); END"
_TRIGGER = """
CREATE OR REPLACE FUNCTION harm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'refused: %%', NEW USING ERRCODE = 'integrity_constraint_violation', DETAIL = 'Failing row contains ' || NEW::text;
END $$;
CREATE TRIGGER harm BEFORE {statement} ON "{table}" FOR EACH ROW EXECUTE FUNCTION harm()
"""

#: Statements that fail, and the action that makes a process execute each.
STATEMENTS: tuple[tuple[str, str, Callable[[House], None]], ...] = (
    ("INSERT", "comment", House.post),
    ("INSERT", "thread", House.post),
    ("UPDATE", "comment", House.post),
    ("INSERT", "verdict", House.post),
    ("INSERT", "event", House.post),
    ("INSERT", "decision", House.decide),
    ("UPDATE", "comment", House.decide),
    ("INSERT", "revision", House.revise),
    ("INSERT", "delivery", House.decide),
    ("UPDATE", "delivery", House.decide),
    ("INSERT", "attempt", House.decide),
    ("INSERT", "daily_statistics", House.count_anew),
    # The row may exist from an earlier decision; its lease is taken by an UPDATE in any case.
    ("UPDATE", "site_model", House.teach),
)


@contextmanager
def on_sqlite(folder: Path) -> Iterator[House]:
    """Start `greenroom up` with its defaults: there is no broker, and the sweep does all the work."""
    with Up(folder / "home", **ENVIRON) as up:
        database = Database(f"sqlite:///{up.home / 'greenroom.db'}")
        yield House(up.url, up.key, database, folder, frozenset({"sweep"}))
        database.close()


@contextmanager
def on_postgresql(folder: Path, address: str, broker: str) -> Iterator[House]:
    """Start each process separately, as a Compose file does."""
    port = free_port()
    secret = "a secret that only the tests know, long enough"
    environ = {
        "PATH": "/usr/bin:/bin",
        "GREENROOM_HOME": str(folder),
        "GREENROOM_SECRET_KEY": secret,
        "DATABASE_URL": address,
        "REDIS_URL": broker,
    }
    database = Database(address.replace("postgresql://", "postgresql+psycopg://"))
    migrate.upgrade(database)
    with database.writing() as session:
        add_site(session, "demo", origins=["https://news.example"], now=datetime.now(UTC))
        key = add_key(session, "demo", scopes=list(Scope), now=datetime.now(UTC))[1]
    with ExitStack() as started:
        for name in ("web", "worker", "courier", "beat", "sweep"):
            written = started.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                [GREENROOM, name], env=environ | ENVIRON | {"PORT": str(port)}, stdout=written, stderr=written
            )
            started.callback(process.wait, PATIENCE)
            started.callback(process.terminate)
        house = House(f"http://127.0.0.1:{port}", key, database, folder, frozenset({"checks", "courier"}))
        wait_until(lambda: _answers(house), what="the web process")
        yield house
    database.close()


def _answers(house: House) -> bool:
    try:
        return house.ask("POST", "/comments", {"thread": {"id": "a"}, "text": "calm"})[0] == 202
    except OSError:
        return False


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        with on_sqlite(tmp_path) as house:
            yield house
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    redis: Redis = request.getfixturevalue("redis_server")
    with on_postgresql(tmp_path, postgres.empty_database(), redis.url) as house:
        yield house


def test_no_word_of_a_comment_stands_in_a_log_whichever_statement_fails(house: House) -> None:
    with Receiver() as receiver:
        assert house.ask("POST", "/endpoints", {"url": receiver.url})[0] == 201
        house.hold(20)
        for statement, table, provoke in STATEMENTS:
            before = house.failures()
            with house.failing(statement, table):
                provoke(house)
                wait_until(lambda before=before: house.failures() > before, what=f"{statement} {table} to fail")
                if provoke is House.teach:
                    # Other statements may have failed meanwhile, since the sweep counts its statistics again and again.
                    wait_until(lambda: "learner" in house.failed(), what="the learner to fail")
    lines = house.written().splitlines()
    assert [line for line in lines if any(canary in line for canary in CANARIES)] == []
    # The log has what an operator needs: the type of error, the database's error code, and our line of code.
    told = house.told()
    assert house.failed() >= {"web", "learner", *house.workers}
    assert [fact for fact in told if not fact["state"] or not re.search(r"/(service|workers)/", str(fact))] == []
