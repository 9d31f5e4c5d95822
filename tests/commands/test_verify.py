"""`greenroom verify`: each broken promise is found and reported in words, with what to do."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from service.actions.lifecycle.installation import rest, resume
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.webhooks.endpoints import add_endpoint, change_endpoint
from service.config import Settings
from service.domain.security.encryption import SecretBox
from service.domain.security.log_leaks import leaks
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle import integrity
from service.store.lifecycle.integrity import Violations
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.idempotency import IdempotencyKey
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event
from tests.support.factories import draft, site, submitted
from tests.support.webhook_receiver import Receiver
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

LATER = timedelta(minutes=5)


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def house(database: Database, settings: Settings) -> Iterator[dict[UUID, str]]:
    """A healthy installation: ten comments judged, one decided on, all delivered. Returns the texts by id."""
    settings = replace(settings, webhook_allow=("127.0.0.0/8",))
    words = {f"A calm word, the {n}th of its kind." for n in range(10)}
    with Receiver() as receiver:
        with database.writing() as session:
            site(session)
            secret_box = SecretBox.from_secret(settings.secret)
            allow = settings.webhook_allow
            add_endpoint(session, "news", url=receiver.url, secret_box=secret_box, now=_now() - timedelta(minutes=1), allow=allow)
            ids = submitted(session, *(draft(text) for text in sorted(words)), now=_now())
        resources = WorkerResources.open(settings)
        check_pending(resources)
        with database.writing() as session:
            ruling = Ruling(ids[0], State.REJECTED, None)
            decide(session, "news", [ruling], actor=Actor(key_id=UUID(int=1)), now=_now(), delay=timedelta(0))
        deliver(resources)
        resources.close()
    yield dict(zip(ids, sorted(words), strict=True))


#: Each kind of damage, and the integrity check that must find it.
DAMAGES: dict[str, tuple[Callable[[Session], object], Callable[[Session, datetime], Violations]]] = {
    "a comment is pending for minutes": (
        lambda s: s.execute(update(Comment).values(state=State.PENDING)),
        lambda s, now: integrity.stuck_pending(s, now=now),
    ),
    "an event is missing": (lambda s: s.execute(delete(Event).where(Event.seq == 1)), lambda s, _: integrity.gaps(s)),
    "a version is one too high": (lambda s: s.execute(update(Comment).values(version=7)), lambda s, _: integrity.gaps(s)),
    "an event is not taken up": (
        lambda s: s.execute(update(Event).values(state="due")),
        lambda s, now: integrity.undelivered_events(s, now=now),
    ),
    "an event has no delivery": (lambda s: s.execute(delete(Delivery)), lambda s, now: integrity.undelivered_events(s, now=now)),
    "a delivery is stuck": (
        lambda s: s.execute(update(Delivery).values(state=DeliveryState.DUE)),
        lambda s, now: integrity.stuck_deliveries(s, now=now),
    ),
    "an endpoint is broken": (lambda s: s.execute(update(Endpoint).values(failures=9)), lambda s, _: integrity.failing(s)),
    "a verdict has no check": (lambda s: s.execute(delete(VerdictRow)), lambda s, _: integrity.unchecked(s)),
    "a key has no comment": (
        lambda s: s.add(IdempotencyKey(site_id="news", key="k", body_digest="", comment_id=UUID(int=2), created_at=_now())),
        lambda s, _: integrity.duplicate_keys(s),
    ),
}


def test_good_order_breaks_nothing(database: Database, house: dict[UUID, str]) -> None:
    with database.reading() as session:
        for _, ask in DAMAGES.values():
            assert ask(session, _now() + LATER) == Violations(0)
        assert integrity.altered(session, house) == Violations(0)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found(database: Database, house: dict[UUID, str], damage: str) -> None:
    harm, ask = DAMAGES[damage]
    with database.writing() as session:
        harm(session)
    with database.reading() as session:
        found = ask(session, _now() + LATER)
    assert found.count >= 1
    assert found.examples


def test_an_endpoint_is_not_owed_what_happened_before_it_was_enabled_by_a_clock_that_is_behind(
    database: Database, house: dict[UUID, str]
) -> None:
    with database.writing() as session:
        endpoint = session.scalars(select(Endpoint.id)).one()
        session.execute(delete(Delivery))
        change_endpoint(session, "news", endpoint, enabled=True, now=_now() - timedelta(minutes=1))
    with database.reading() as session:
        assert integrity.undelivered_events(session, now=_now() + LATER) == Violations(0)


def test_other_words_and_missing_comments_are_found(database: Database, house: dict[UUID, str]) -> None:
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.id == min(house)).values(text="other"))
    with database.reading() as session:
        assert integrity.altered(session, {**house, UUID(int=3): "never stored"}).count == 2


def test_what_waits_after_a_restore_is_no_broken_promise(database: Database, settings: Settings, house: dict[UUID, str]) -> None:
    with database.writing() as session:
        rest(session, now=_now())
        session.execute(update(Event).values(state="due", due_at=_now() - LATER))
        session.execute(update(Delivery).values(state=DeliveryState.DUE, due_at=_now() - LATER))
    resting = _audit(settings)
    assert resting.returncode == 0, resting.stdout
    assert "because a backup was restored" in resting.stdout
    with database.writing() as session:
        resume(session)
    assert "WRONG A4" in _audit(settings).stdout


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("sent grk_" + "0" * 48, "an API key"),
        ("whsec_" + "A" * 44, "a webhook secret"),
        ("postgresql://greenroom:hunter22@db/x", "a password in an address"),
        ("GET /sign-in/abcdefghijklmnopqrstuvwx", "a sign-in link"),
        ("from dana@news.example", "an e-mail address"),
        ("client 8.8.8.8 said", "an address of somebody"),
        ("[parameters: ('words', 1)]", "the message of an error"),
        ("DETAIL:  Failing row contains (1, words).", "the message of an error"),
        ("DETAIL:  Key (site_id, external_id)=(news, words) already exists.", "the message of an error"),
        ("Task greenroom.drain[1] raised unexpected: ValueError('words')", "the message of an error"),
        ("Traceback (most recent call last):", "the message of an error"),
        ("the word is s3cret-root", "the root secret or a password"),
        ("redis://:***@127.0.0.1:6379 refused, worker checks@host, version 1.2.3", None),
    ],
)
def test_leaks_in_a_log_are_recognised(line: str, kind: str | None) -> None:
    assert [leak.kind for leak in leaks([line], ["s3cret-root"])] == ([kind] if kind else [])


def test_the_command_says_what_is_wrong_and_what_to_do(
    settings: Settings, database: Database, house: dict[UUID, str], tmp_path: Path
) -> None:
    accepted = tmp_path / "accepted.jsonl"
    accepted.write_text("\n".join(json.dumps({"id": str(i), "text": text}) for i, text in house.items()))
    good = _audit(settings, "--json", "--accepted", str(accepted))
    assert good.returncode == 0, good.stdout + good.stderr
    assert {f["rule"] for f in json.loads(good.stdout)["findings"]} == {"A1", "A2", "A3", "A4", "A6", "A7", "A8", "A10", "A11"}

    (settings.home / "greenroom.log").write_text("dana@news.example was here\n")
    with database.writing() as session:
        session.execute(delete(VerdictRow))
        assert session.scalar(select(func.count()).select_from(VerdictRow)) == 0
    bad = _audit(settings)
    assert bad.returncode == 1
    assert "WRONG A6  9 comments are settled although nothing checked their words" in bad.stdout
    assert "greenroom.log:1 holds an e-mail address" in bad.stdout
    assert "dana@" not in bad.stdout
    assert "what to do: " in bad.stdout


def _audit(settings: Settings, *arguments: str) -> subprocess.CompletedProcess:
    environ = {
        **os.environ,
        "GREENROOM_HOME": str(settings.home),
        "DATABASE_URL": settings.database,
        "GREENROOM_SECRET_KEY": settings.secret,
    }
    command = [sys.executable, "-m", "service.cli", "verify", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)
