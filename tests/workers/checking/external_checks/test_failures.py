"""External checks that fail: missing and wrong responses are reported, and nothing waits long or asks too much."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select, update

from service.actions.sites.external_checks import take_requests
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.external_checks import ExternalCheckRow
from tests.support.servers import PATIENCE
from tests.support.webhook_receiver import Behaviour, Receiver, answers
from tests.workers.checking.external_checks.services import AKISMET, CALM, UNSURE, check_row, judged, says, set_check
from workers.resources.worker_resources import WorkerResources


def _drips(request: BaseHTTPRequestHandler) -> None:
    """A response that never ends, byte by byte, until the client disconnects."""
    request.send_response(200)
    request.end_headers()
    while not _released.wait(0.05):
        request.wfile.write(b" ")
        request.wfile.flush()


_released = threading.Event()
#: The kind of failure, the allowed error texts, and the site's timeout in seconds.
FAULTS: dict[str, tuple[Behaviour, set[str], float]] = {
    "500": (answers(500), {"failed"}, 60),
    "a redirect": (answers(302, Location="http://127.0.0.1/"), {"failed"}, 60),
    "a wrong key": (says("invalid"), {"failed"}, 60),
    "nothing": (says(b""), {"failed"}, 60),
    "garbage": (says(b"\xff\x00\xfe" * 50), {"failed"}, 60),
    "a huge body": (says(b"x" * 3_000_000), {"failed"}, 60),
    # Depends on how far the request got.
    "a body that drips": (_drips, {"failed", "timed_out"}, 0.5),
    "hanging": (lambda _: _released.wait(PATIENCE) and None, {"timed_out"}, 0.5),
}


def test_no_answer_is_told_as_such_and_a_person_decides_what_we_are_unsure_of(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    for fault, (behaviour, called, seconds) in FAULTS.items():
        _released.clear()
        at.behaviour = behaviour
        # Switching the check on closes the circuit breaker that an earlier failure may have opened.
        set_check(database, settings, "akismet", at.url, timeout=seconds, ask_when="all", enabled=True, **AKISMET)
        unsure, calm = judged(database, resources, UNSURE.format(fault), CALM.format(fault))
        _released.set()
        assert (fault, unsure.state, calm.state) == (fault, State.HELD, State.APPROVED)
        for verdict in (unsure, calm):
            (reason,) = verdict.reasons
            assert (fault, reason["family"], reason["check"]) == (fault, "failure", "akismet")
            assert reason["status"] in called, fault
            assert reason["rule"].startswith("Akismet ")
        with database.reading() as session:
            assert session.get_one(Comment, calm.comment_id).reason == ""
        assert check_row(database).failures == 2
        assert AKISMET["secret"] not in check_row(database).last_error


WRONG = ["[]", "{}", '{"findings": 1}', '{"findings": [{"family": "wrong"}]}', '{"findings": [{"family": "spam", "score": NaN, "rule": "x"}]}',
         '{"findings": [{"family": "spam", "score": true, "rule": "x"}]}', "[" * 50_000]  # fmt: skip


def test_wrong_json_is_no_finding(database: Database, resources: WorkerResources, at: Receiver, settings: Settings) -> None:
    set_check(database, settings, "own", at.url, if_no_answer="publish")
    for n, body in enumerate(WRONG[:4]):
        at.behaviour = says(body)
        (verdict,) = judged(database, resources, UNSURE.format(n))
        assert (verdict.state, verdict.reasons[0]["status"]) == (State.APPROVED, "failed")
    from service.domain.external_checks import own_server

    for body in WRONG:
        with pytest.raises((ValueError, RecursionError)):
            own_server.parse_response(body)


def test_a_broken_service_is_left_alone_then_probed_once_and_comes_back(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = answers(503)
    set_check(database, settings, "akismet", at.url, **AKISMET)
    for n in range(5):
        judged(database, resources, UNSURE.format(n))
    (verdict,) = judged(database, resources, UNSURE.format("blue"))
    assert "the breaker is open" in verdict.reasons[0]["rule"]
    assert (verdict.reasons[0]["status"], len(at.receipts)) == ("not_run", 5)
    with database.writing() as session:
        session.execute(update(ExternalCheckRow).values(probe_at=datetime.now(UTC) - timedelta(seconds=1)))
    at.behaviour = says("false")
    states = {verdict.state for verdict in judged(database, resources, UNSURE.format("red"), UNSURE.format("green"))}
    assert (states, len(at.receipts)) == ({State.APPROVED, State.HELD}, 6)
    judged(database, resources, UNSURE.format("grey"), UNSURE.format("black"))
    assert (len(at.receipts), check_row(database).failures) == (8, 0)


def test_a_flood_stays_within_the_budget_and_a_new_day_brings_a_new_one(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("false")
    set_check(database, settings, "akismet", at.url, requests_per_day=3, requests_per_month=5, **AKISMET)
    verdicts = judged(database, resources, *(UNSURE.format(n) for n in range(8)))
    assert len(at.receipts) == 3
    told = [v.reasons[0] for v in verdicts if v.reasons]
    assert len(told) == 5
    assert all("its budget of 3 a day and 5 a month is used up" in reason["rule"] for reason in told)
    tomorrow = datetime.now(UTC).replace(day=1) + timedelta(days=1)
    with database.writing() as session:
        session.execute(update(ExternalCheckRow).values(requests_on=f"{tomorrow - timedelta(days=1):%Y-%m-%d}"))
        assert take_requests(session, "news", "akismet", 9, now=tomorrow).questions == 2
        assert take_requests(session, "news", "akismet", 9, now=tomorrow + timedelta(days=31)).questions == 3


def test_a_hanging_service_holds_up_nobody_else(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    """All other comments get their verdicts while the service hangs: they are stored when its first request arrives."""
    _released.clear()
    seen: list[int] = []

    def hang(request: BaseHTTPRequestHandler) -> None:
        with database.reading() as session:
            seen.append(len(session.scalars(select(VerdictRow.id)).all()))
        _released.wait(PATIENCE)

    at.behaviour = hang
    set_check(database, settings, "akismet", at.url, timeout=2.0, **AKISMET)
    verdicts = judged(database, resources, *(CALM.format(n) for n in range(30)), *(UNSURE.format(n) for n in range(60)))
    _released.set()
    assert min(seen) == 30
    assert [verdict.state for verdict in verdicts] == [State.APPROVED] * 30 + [State.HELD] * 60
    # The circuit breaker opened after the first requests; the other comments did not wait.
    assert len(at.receipts) < 60
    assert {verdict.reasons[0]["status"] for verdict in verdicts[30:]} == {"timed_out", "not_run"}
