"""Outside checks, against real servers: what they say counts, what they do not say is told, and nothing waits for them for long."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select, update

from service.actions.moderation.decide import Actor, Ruling, decide, undo
from service.actions.sites.external_checks import ExternalCheckSettings, set_external_check, take_requests
from service.config import Settings
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.external_checks import ExternalCheckRow
from tests.support.factories import draft, site, submitted
from tests.support.servers import PATIENCE
from tests.support.webhook_receiver import Behaviour, Receiver, answers
from workers.checking.check_pending import check_pending
from workers.checking.external_feedback import send_feedback
from workers.resources.worker_resources import WorkerResources

#: A mild word: told, not held, and not calm either.
UNSURE, CALM = "Damn, the {} bus was late again.", "The {} bus was on time again today."
AKISMET = {"secret": "0123456789ab"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The servers of these tests stand on this machine, where nobody may go who was not let."""
    return replace(settings, webhook_allow=("127.0.0.0/8",), lease=600.0)


@pytest.fixture
def workshop(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerResources]:
    """Who answers here has time to, however slow the machine; what never answers has its own limit in its test."""
    monkeypatch.setattr("workers.checking.external_checks.TOGETHER", 60.0)
    monkeypatch.setattr("service.actions.sites.external_checks.LATEST", 60.0)
    monkeypatch.setattr("service.actions.sites.external_checks.PROBE_EVERY", timedelta(hours=1))
    workshop = WorkerResources.open(settings)
    yield workshop
    workshop.close()


def says(body: str | bytes, status: int = 200) -> Behaviour:
    def answer(request: BaseHTTPRequestHandler) -> None:
        told = body.encode() if isinstance(body, str) else body
        request.send_response(status)
        request.send_header("Content-Length", str(len(told)))
        request.end_headers()
        request.wfile.write(told)

    return answer


def _set(database: Database, settings: Settings, name: str, address: str, **more: object) -> str:
    with database.writing() as session:
        return set_external_check(
            session,
            "news",
            name,
            ExternalCheckSettings(address=address, **{"seconds": 60.0, **more}),
            seal=SecretBox.from_secret(settings.secret),
            now=datetime.now(UTC),
            allow=settings.webhook_allow,
        )


def _judged(database: Database, workshop: WorkerResources, *texts: str, **more: object) -> list[VerdictRow]:
    with database.writing() as session:
        ids = submitted(session, *(draft(text, **more) for text in texts), now=datetime.now(UTC))
    assert check_pending(workshop, seconds=60.0) == len(texts)
    with database.reading() as session:
        found = {row.comment_id: row for row in session.scalars(select(VerdictRow).where(VerdictRow.comment_id.in_(ids)))}
    return [found[comment_id] for comment_id in ids]


def _row(database: Database) -> ExternalCheckRow:
    with database.reading() as session:
        return session.scalars(select(ExternalCheckRow)).one()


@pytest.fixture
def at(database: Database) -> Iterator[Receiver]:
    with database.writing() as session:
        site(session)
    with Receiver() as receiver:
        yield receiver


def test_akismet_is_asked_what_it_needs_and_its_word_holds(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("true")
    _set(database, settings, "akismet", at.url, **AKISMET)
    (verdict,) = _judged(database, workshop, UNSURE.format("blue"), author={"name": "Ada", "email": "ada@mail.example"})
    assert verdict.state == State.HELD
    first = verdict.reasons[0]
    assert (first["code"], first["check"], first["status"]) == ("spam.outside", "akismet", "ran")
    (asked,) = at.receipts
    told = parse_qs(asked.body.decode())
    assert told["api_key"] == ["0123456789ab"]
    assert told["blog"] == ["https://news.example"]
    assert told["comment_content"] == ["Damn, the blue bus was late again."]
    assert b"ada%40mail" not in asked.body
    at.behaviour = says("false")
    assert _judged(database, workshop, UNSURE.format("red"))[0].state == State.APPROVED
    assert _row(database).asked_today == 2


@pytest.mark.parametrize("name", ["\ud800 harm", "\0 harm"], ids=["half a character", "NUL"])
def test_whatever_a_service_calls_it_the_comment_gets_its_verdict(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings, name: str
) -> None:
    result = {"flagged": True, "categories": {name: True}, "category_scores": {name: 0.9}}
    at.behaviour = says(json.dumps({"results": [result]}))
    _set(database, settings, "moderation", at.url, secret="sk-of-nobody", asks="all")
    (verdict,) = _judged(database, workshop, CALM.format("blue"))
    assert verdict.state == State.HELD
    assert verdict.reasons[0]["rule"].isprintable()
    assert "harm" in verdict.reasons[0]["rule"]


def test_a_moderation_endpoint_names_the_harm(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    result = {
        "flagged": True,
        "categories": {"harassment": True, "hate": False},
        "category_scores": {"harassment": 0.93, "hate": 0.99},
    }
    at.behaviour = says(json.dumps({"results": [result]}))
    _set(database, settings, "moderation", at.url, secret="sk-of-nobody", model="omni")
    (verdict,) = _judged(database, workshop, UNSURE.format("blue"))
    assert verdict.reasons[0]["rule"] == "the moderation service calls it harassment (93%)"
    (asked,) = at.receipts
    assert (asked.headers["authorization"], asked.told) == (
        "Bearer sk-of-nobody",
        {"model": "omni", "input": "Damn, the blue bus was late again."},
    )


def test_an_own_check_is_asked_with_a_signature_and_two_strong_findings_reject(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    finding = {"family": "spam", "score": 0.8, "rule": "known to our\nshop", "strong": True}
    at.behaviour = says(json.dumps({"findings": [finding, finding | {"family": "abuse"}]}))
    secret = _set(database, settings, "own", at.url)
    assert secret.startswith("whsec_")
    assert _row(database).secret != secret
    (verdict,) = _judged(database, workshop, UNSURE.format("blue"))
    assert verdict.state == State.REJECTED
    assert {reason["rule"] for reason in verdict.reasons} == {"known to our shop"}
    (asked,) = at.receipts
    assert asked.verified_with(secret)
    assert asked.told["data"]["text"] == "Damn, the blue bus was late again."


def test_only_what_our_own_checks_are_unsure_of_leaves_the_machine_unless_a_site_says_all(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("false")
    _judged(database, workshop, UNSURE.format("blue"), CALM.format("blue"))
    assert at.receipts == []
    _set(database, settings, "akismet", at.url, **AKISMET)
    _judged(database, workshop, UNSURE.format("red"), CALM.format("red"))
    assert len(at.receipts) == 1
    _set(database, settings, "akismet", at.url, asks="all")
    _judged(database, workshop, UNSURE.format("green"), CALM.format("green"))
    assert len(at.receipts) == 3


def test_what_no_check_of_ours_can_read_is_asked_about_and_waits_whatever_is_answered(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("false")
    _set(database, settings, "akismet", at.url, **AKISMET)
    (verdict,) = _judged(database, workshop, "मुझे लगता है कि परिषद सही है।")
    assert len(at.receipts) == 1
    assert (verdict.state, verdict.reasons[0]["code"]) == (State.HELD, "site.language_not_covered")


def _drips(request: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, a byte at a time, until the other side has gone."""
    request.send_response(200)
    request.end_headers()
    while not _released.wait(0.05):
        request.wfile.write(b" ")
        request.wfile.flush()


_released = threading.Event()
#: How it fails, what that may be called, and the seconds that the site gives it.
FAULTS: dict[str, tuple[Behaviour, set[str], float]] = {
    "500": (answers(500), {"failed"}, 60),
    "a redirect": (answers(302, Location="http://127.0.0.1/"), {"failed"}, 60),
    "a wrong key": (says("invalid"), {"failed"}, 60),
    "nothing": (says(b""), {"failed"}, 60),
    "garbage": (says(b"\xff\x00\xfe" * 50), {"failed"}, 60),
    "a huge body": (says(b"x" * 3_000_000), {"failed"}, 60),
    # It depends on how far it got.
    "a body that drips": (_drips, {"failed", "timed_out"}, 0.5),
    "hanging": (lambda _: _released.wait(PATIENCE) and None, {"timed_out"}, 0.5),
}


def test_no_answer_is_told_as_such_and_a_person_decides_what_we_are_unsure_of(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    for fault, (behaviour, called, seconds) in FAULTS.items():
        _released.clear()
        at.behaviour = behaviour
        # Switching it on closes the breaker that the fault before may have opened.
        _set(database, settings, "akismet", at.url, seconds=seconds, asks="all", enabled=True, **AKISMET)
        unsure, calm = _judged(database, workshop, UNSURE.format(fault), CALM.format(fault))
        _released.set()
        assert (fault, unsure.state, calm.state) == (fault, State.HELD, State.APPROVED)
        for verdict in (unsure, calm):
            (reason,) = verdict.reasons
            assert (fault, reason["family"], reason["check"]) == (fault, "failure", "akismet")
            assert reason["status"] in called, fault
            assert reason["rule"].startswith("Akismet ")
        with database.reading() as session:
            assert session.get_one(Comment, calm.comment_id).reason == ""
        assert _row(database).failures == 2
        assert AKISMET["secret"] not in _row(database).last_error


def test_nothing_private_is_asked(database: Database, workshop: WorkerResources, at: Receiver, settings: Settings) -> None:
    _set(database, settings, "akismet", at.url.replace("127.0.0.1", "localhost"), **AKISMET)
    strict = WorkerResources.open(replace(settings, webhook_allow=()))
    (verdict,) = _judged(database, strict, UNSURE.format("blue"))
    strict.close()
    assert "the address is private" in verdict.reasons[0]["rule"]
    assert at.receipts == []


WRONG = ["[]", "{}", '{"findings": 1}', '{"findings": [{"family": "wrong"}]}', '{"findings": [{"family": "spam", "score": NaN, "rule": "x"}]}',
         '{"findings": [{"family": "spam", "score": true, "rule": "x"}]}', "[" * 50_000]  # fmt: skip


def test_wrong_json_is_no_finding(database: Database, workshop: WorkerResources, at: Receiver, settings: Settings) -> None:
    _set(database, settings, "own", at.url, unanswered="publish")
    for n, body in enumerate(WRONG[:4]):
        at.behaviour = says(body)
        (verdict,) = _judged(database, workshop, UNSURE.format(n))
        assert (verdict.state, verdict.reasons[0]["status"]) == (State.APPROVED, "failed")
    from service.domain.external_checks import own_server

    for body in WRONG:
        with pytest.raises((ValueError, RecursionError)):
            own_server.parse_response(body)


def test_a_broken_service_is_left_alone_then_probed_once_and_comes_back(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = answers(503)
    _set(database, settings, "akismet", at.url, **AKISMET)
    for n in range(5):
        _judged(database, workshop, UNSURE.format(n))
    (verdict,) = _judged(database, workshop, UNSURE.format("blue"))
    assert "the breaker is open" in verdict.reasons[0]["rule"]
    assert (verdict.reasons[0]["status"], len(at.receipts)) == ("not_run", 5)
    with database.writing() as session:
        session.execute(update(ExternalCheckRow).values(probe_at=datetime.now(UTC) - timedelta(seconds=1)))
    at.behaviour = says("false")
    states = {verdict.state for verdict in _judged(database, workshop, UNSURE.format("red"), UNSURE.format("green"))}
    assert (states, len(at.receipts)) == ({State.APPROVED, State.HELD}, 6)
    _judged(database, workshop, UNSURE.format("grey"), UNSURE.format("black"))
    assert (len(at.receipts), _row(database).failures) == (8, 0)


def test_a_flood_stays_within_the_budget_and_a_new_day_brings_a_new_one(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("false")
    _set(database, settings, "akismet", at.url, per_day=3, per_month=5, **AKISMET)
    verdicts = _judged(database, workshop, *(UNSURE.format(n) for n in range(8)))
    assert len(at.receipts) == 3
    told = [v.reasons[0] for v in verdicts if v.reasons]
    assert len(told) == 5
    assert all("its budget of 3 a day and 5 a month is used up" in reason["rule"] for reason in told)
    tomorrow = datetime.now(UTC).replace(day=1) + timedelta(days=1)
    with database.writing() as session:
        session.execute(update(ExternalCheckRow).values(asked_on=f"{tomorrow - timedelta(days=1):%Y-%m-%d}"))
        assert take_requests(session, "news", "akismet", 9, now=tomorrow).questions == 2
        assert take_requests(session, "news", "akismet", 9, now=tomorrow + timedelta(days=31)).questions == 3


def test_a_hanging_service_holds_up_nobody_else(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings
) -> None:
    """All the others are settled while it hangs: their verdicts are there when the first question has come in."""
    _released.clear()
    seen: list[int] = []

    def hang(request: BaseHTTPRequestHandler) -> None:
        with database.reading() as session:
            seen.append(len(session.scalars(select(VerdictRow.id)).all()))
        _released.wait(PATIENCE)

    at.behaviour = hang
    _set(database, settings, "akismet", at.url, seconds=2.0, **AKISMET)
    verdicts = _judged(database, workshop, *(CALM.format(n) for n in range(30)), *(UNSURE.format(n) for n in range(60)))
    _released.set()
    assert min(seen) == 30
    assert [verdict.state for verdict in verdicts] == [State.APPROVED] * 30 + [State.HELD] * 60
    # The breaker opened after the first ones; the others did not wait for theirs.
    assert len(at.receipts) < 60
    assert {verdict.reasons[0]["status"] for verdict in verdicts[30:]} == {"timed_out", "not_run"}


def test_akismet_hears_of_the_decisions_that_contradict_it_once(
    database: Database, workshop: WorkerResources, at: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.behaviour = says("true")
    _set(database, settings, "akismet", at.url, **AKISMET)
    called, taken_back = _judged(database, workshop, UNSURE.format("blue"), UNSURE.format("red"))
    at.behaviour = says("false")
    missed, insult = _judged(database, workshop, UNSURE.format("green"), UNSURE.format("grey"))
    rulings = [
        (called, State.APPROVED, ""),
        (taken_back, State.APPROVED, ""),
        (missed, State.REJECTED, "spam"),
        (insult, State.REJECTED, "insult"),
    ]
    with database.writing() as session:
        decided = decide(
            session, "news", [Ruling(v.comment_id, state, None, reason) for v, state, reason in rulings],
            actor=Actor(key_id=new_id()), now=datetime.now(UTC), delay=timedelta(0),
        )  # fmt: skip
        undo(session, "news", [decided[1].decision_id], actor=Actor(key_id=new_id()), now=datetime.now(UTC), delay=timedelta(0))
    before = len(at.receipts)
    monkeypatch.setattr("workers.checking.external_feedback.SETTLED", timedelta(hours=1))
    assert send_feedback(workshop) == 0
    monkeypatch.setattr("workers.checking.external_feedback.SETTLED", timedelta(0))
    assert [send_feedback(workshop), send_feedback(workshop)] == [2, 0]
    told = {parse_qs(receipt.body.decode())["comment_content"][0]: receipt.path for receipt in at.receipts[before:]}
    assert told == {UNSURE.format("blue"): "/hook/submit-ham", UNSURE.format("green"): "/hook/submit-spam"}
