"""A process that dies between any two steps loses nothing, and nothing takes effect twice."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from service.actions.sites.sites_and_keys import add_key
from service.actions.webhooks.endpoints import add_endpoint
from service.config import Settings
from service.crash import CrashPoint
from service.domain.security.encryption import SecretBox
from service.store.db.engine import Database
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.outbox import Delivery, DeliveryState, Event
from service.store.tables.sites import Scope
from tests.support.factories import draft, site, submitted
from tests.support.servers import PATIENCE, free_port, wait_until
from tests.support.webhook_receiver import Receiver

IN_WEB = [CrashPoint.INSERTED, CrashPoint.ACCEPTED]
#: `tests/commands/test_archive.py` covers these.
IN_ARCHIVE = [CrashPoint.BUNDLED, CrashPoint.SHELVED, CrashPoint.MOVED, CrashPoint.REWRITTEN]
IN_WORKER = [point for point in CrashPoint if point not in IN_WEB + IN_ARCHIVE]
COMMENTS = 5


class Process:
    """A Greenroom process that may die and is then restarted, as by an init system."""

    def __init__(self, role: str, settings: Settings, port: int, crash_at: str) -> None:
        self._words = [sys.executable, "-m", "service.cli", role]
        self._environ = {
            **os.environ,
            "GREENROOM_HOME": str(settings.home),
            "DATABASE_URL": settings.database,
            "GREENROOM_SECRET_KEY": settings.secret,
            "GREENROOM_BROKER": "none",
            "GREENROOM_LEASE": "2",
            "GREENROOM_TRANSFORMER_SECONDS": "0",
            "GREENROOM_WEBHOOK_TIMEOUT": "1",
            "GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8",
            "PORT": str(port),
            "GREENROOM_CRASH_AT": crash_at,
        }
        self.deaths = 0
        self._log = settings.home / f"{role}.log"
        self._process = self._started()

    def look_after(self) -> None:
        if self._process.poll() is not None:
            self.deaths += 1
            self._process = self._started()

    def end(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def _started(self) -> subprocess.Popen:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._words, env=self._environ, stdout=log, stderr=log)


@contextmanager
def running(role: str, settings: Settings, point: CrashPoint, *, port: int = 1) -> Iterator[Process]:
    process = Process(role, settings, port, f"{point}:{settings.home / 'died'}")
    try:
        yield process
    finally:
        process.end()


def died(settings: Settings) -> bool:
    return (settings.home / "died").exists()


@pytest.mark.parametrize("point", IN_WEB)
def test_a_web_process_that_dies_stores_once_what_its_host_sends_again(
    point: CrashPoint, settings: Settings, database: Database
) -> None:
    with database.writing() as session:
        site(session)
        _, key = add_key(session, "news", scopes=[Scope.SUBMIT], now=datetime.now(UTC))
    port, ids = free_port(), set()
    with running("web", settings, point, port=port) as web:
        for n in range(3):
            headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid.uuid4())}
            body = {"thread": {"id": "page"}, "text": f"A calm word, number {n}."}

            def accepted(body: dict = body, headers: dict = headers) -> bool:
                web.look_after()
                try:
                    answer = requests.post(f"http://127.0.0.1:{port}/v1/comments", json=body, headers=headers, timeout=60)
                except requests.RequestException:
                    return False
                if answer.status_code == 202:
                    ids.add(answer.json()["id"])
                return answer.status_code == 202

            wait_until(accepted, what="the comment to be accepted", seconds=2 * PATIENCE)
    assert died(settings)
    with database.reading() as session:
        assert {str(i) for i in session.scalars(select(Comment.id))} == ids
    assert len(ids) == 3


@pytest.mark.parametrize("point", IN_WORKER)
def test_a_worker_that_dies_loses_nothing_and_repeats_no_verdict(
    point: CrashPoint, settings: Settings, database: Database, tmp_path: Path
) -> None:
    with Receiver() as receiver:
        with database.writing() as session:
            site(session)
            secret_box, now = SecretBox.from_secret(settings.secret), datetime.now(UTC)
            _, secret = add_endpoint(session, "news", url=receiver.url, secret_box=secret_box, now=now, allow=("127.0.0.0/8",))
            ids = submitted(session, *(draft(f"A calm word, the {n}th of its kind.") for n in range(COMMENTS)), now=now)
        with running("sweep", settings, point) as worker:

            def delivered() -> bool:
                worker.look_after()
                with database.reading() as session:
                    done = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.DONE)
                    return session.scalar(done) == COMMENTS

            wait_until(delivered, what="all deliveries", seconds=2 * PATIENCE)
        assert died(settings)
        assert worker.deaths == 1
        assert {receipt.comment for receipt in receiver.receipts} == {str(i) for i in ids}
        assert len({receipt.id for receipt in receiver.receipts}) == COMMENTS
        assert all(receipt.verified_with(secret) for receipt in receiver.receipts)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(VerdictRow)) == COMMENTS
        assert session.scalar(select(func.count()).select_from(Event)) == COMMENTS
    assert json.loads(_audited(settings).stdout)["ok"]


def _audited(settings: Settings) -> subprocess.CompletedProcess:
    environ = {
        **os.environ,
        "GREENROOM_HOME": str(settings.home),
        "DATABASE_URL": settings.database,
        "GREENROOM_SECRET_KEY": settings.secret,
    }
    words = [sys.executable, "-m", "service.cli", "verify", "--json"]
    return subprocess.run(words, env=environ, capture_output=True, text=True, check=False, timeout=PATIENCE)
