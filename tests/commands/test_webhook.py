"""`greenroom webhook listen`: registers an endpoint, verifies webhooks, and reports repeats and wrong order."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import requests
from sqlalchemy import select
from standardwebhooks import Webhook

from service.commands.webhook import Ledger
from service.config import Settings
from service.domain.webhooks.signing import new_secret
from service.store.db.engine import Database
from service.store.tables.outbox import Endpoint
from tests.commands.conftest import run_command
from tests.support.factories import draft, site, submitted
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver


@contextmanager
def listening(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen]:
    environ = {
        **os.environ,
        "GREENROOM_HOME": str(settings.home),
        "DATABASE_URL": settings.database,
        "GREENROOM_SECRET_KEY": settings.secret,
    }
    command = [sys.executable, "-m", "service.cli", "webhook", "listen", "--port", "0", *arguments]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_it_registers_itself_verifies_what_comes_and_leaves_nothing_behind(settings: Settings, database: Database) -> None:
    resources = WorkerResources.open(replace(settings, webhook_allow=("127.0.0.0/8",)))
    with database.writing() as session:
        site(session)
    with listening(settings, "--register", "news", "--json") as process:
        assert process.stderr and process.stdout
        said = [process.stderr.readline() for _ in range(3)]
        assert "listening on http://127.0.0.1:" in said[-1]
        with database.writing() as session:
            submitted(session, draft("A calm word."), now=datetime.now(UTC))
        check_pending(resources)
        assert deliver(resources) == 1
        received = json.loads(process.stdout.readline())
        assert (received["type"], received["verified"], received["repeated"]) == ("comment.approved", True, False)
    resources.close()
    with database.reading() as session:
        assert not session.scalars(select(Endpoint)).all()


def test_a_port_that_is_taken_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_command("webhook", "listen", "--port", str(port))
    assert result.exit_code == 1
    assert result.output == f"Error: port {port} cannot be used: Address already in use; --port names another, 0 a free one\n"


def test_a_stranger_can_neither_break_it_nor_write_to_the_terminal(settings: Settings) -> None:
    with listening(settings, "--secret", new_secret()) as process:
        assert process.stderr and process.stdout
        url = process.stderr.readline().partition("listening on ")[2].strip()
        for body in (b"", b"[", b"[]", b'"x"', b'{"data": []}', b'{"data": {"sequence": "x"}}'):
            assert requests.post(url, data=body, timeout=60).status_code in (400, 401)
        evil = {"type": "\x1b[2Jx", "data": {"comment": {"text": "\x9b2J"}}}
        assert requests.post(url, json=evil, timeout=60).status_code == 401
        lines = [process.stdout.readline() for _ in range(5)]
    assert "BAD SIGNATURE" in lines[-1]
    assert lines[-1].strip().isprintable()


def test_repeats_and_wrong_order_are_noticed() -> None:
    secret = new_secret()
    ledger = Ledger([secret])

    def comes(message_id: str, sequence: int) -> tuple[bool, bool]:
        body = json.dumps({"type": "comment.held", "data": {"comment": {"id": "c"}, "sequence": sequence}})
        now = datetime.now(UTC)
        headers = {"webhook-id": message_id, "webhook-timestamp": str(int(now.timestamp()))}
        headers["webhook-signature"] = Webhook(secret).sign(message_id, now, body)
        received = ledger.enter(headers, body.encode())
        assert received.verified
        return received.repeated, received.out_of_order

    assert comes("a", 1) == (False, False)
    assert comes("b", 3) == (False, False)
    assert comes("b", 3) == (True, False)
    assert comes("c", 2) == (False, True)
    assert ledger.counts == {"received": 4, "repeated": 1, "out_of_order": 1, "unverified": 0}
