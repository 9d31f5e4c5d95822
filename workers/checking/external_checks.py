"""External checks: calls services about the comments of a batch, in parallel, within a request budget and a deadline."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Lock

from service.actions.comments.apply_verdicts import JudgedComment
from service.actions.sites.external_checks import Grant, record_answers, take_requests
from service.clock import utcnow
from service.config import Settings
from service.domain.external_checks import EXTERNAL_CHECKS, external_checks
from service.domain.external_checks.contract import ExternalCheck, ExternalCheckInput, Setup
from service.domain.external_checks.eligibility import is_sure
from service.domain.policy.signals import Kind, Signal, from_plugin
from service.domain.policy.verdict import verdict_of
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.domain.states import State
from service.domain.webhooks.retry_schedule import Answer
from service.store.db.engine import Database
from service.store.tables.external_checks import BREAKER, AskWhen, ExternalCheckRow, IfNoAnswer
from workers.resources.safe_http import SafeHttp

log = logging.getLogger("greenroom.outside")

#: TOGETHER: maximum seconds for all requests of one batch. THREADS: maximum number of requests at the same time.
TOGETHER, THREADS = 5.0, 16
Setups = Mapping[str, Sequence[tuple[ExternalCheckRow, str]]]


@dataclass(slots=True)
class ExternalCheckClient:
    """One external check of one site during one batch: remaining requests and circuit breaker. Shared by the threads."""

    row: ExternalCheckRow
    check: ExternalCheck
    setup: Setup
    broken: str = ""
    asked: list[JudgedComment] = field(default_factory=list)
    grant: Grant = field(default_factory=lambda: Grant(0))
    used: int = 0
    answered: bool = False
    failures: int = 0
    error: str = ""
    lock: Lock = field(default_factory=Lock)

    def may_ask(self) -> str:
        """If a request may be sent now, count it and return an empty string. Otherwise return the reason why not."""
        with self.lock:
            failed = self.failures if self.answered else self.row.failures + self.failures
            if self.row.failures < BREAKER <= failed:
                return f"the breaker is open: it failed {failed} times in a row"
            if self.broken or self.used >= self.grant.questions:
                return self.broken or self.grant.why
            self.used += 1
            return ""

    def note(self, error: str) -> None:
        """Record the outcome of one request. `error` is empty if the response could be read."""
        with self.lock:
            self.error = error
            self.failures = self.failures + 1 if error else 0
            self.answered = self.answered or not error


def clients(settlements: Sequence[JudgedComment], setups: Setups, secret_box: SecretBox) -> list[ExternalCheckClient]:
    """The external checks to call, each with the comments to ask about. Rejected comments are left out."""
    found: list[ExternalCheckClient] = []
    for site_id, rows in setups.items():
        here = [s for s in settlements if s.waiting.site_id == site_id and s.verdict.state is not State.REJECTED]
        for row, blog in rows:
            wanted = [s for s in here if row.ask_when == AskWhen.ALL or not is_sure(s.verdict, s.signals)]
            if wanted:
                line = _line(row, blog, secret_box)
                line.asked = wanted
                found.append(line)
    return found


def consult(
    settlements: Sequence[JudgedComment], asking: Sequence[ExternalCheckClient], database: Database, settings: Settings
) -> list[JudgedComment]:
    """Call the services, and judge the comments again with the signals of their responses.

    If a response is missing, a signal says why.
    """
    until = time.monotonic() + min(TOGETHER, settings.lease / 3)
    _take(asking, database)
    under_way: dict[Future[tuple[Signal, ...]], tuple[ExternalCheckClient, JudgedComment]] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="outside") as pool:
        for line in asking:
            client = _Client(line, settings, until)
            under_way |= {pool.submit(client.ask, settlement): (line, settlement) for settlement in line.asked}
        wait(under_way)
    _report(asking, database)
    said: dict[str, list[Signal]] = {}
    for future, (_, settlement) in under_way.items():
        said.setdefault(settlement.waiting.comment_id.hex, []).extend(future.result())
    return [_judged(settlement, said.get(settlement.waiting.comment_id.hex, ())) for settlement in settlements]


class _Client:
    """Calls one service, one comment per call. Runs in pool threads and never exceeds the deadline."""

    def __init__(self, line: ExternalCheckClient, settings: Settings, until: float) -> None:
        self._line, self._settings, self._until = line, settings, until

    def ask(self, settlement: JudgedComment) -> tuple[Signal, ...]:
        line = self._line
        left = self._until - time.monotonic()
        why = "there was no time left" if left <= 0 else line.may_ask()
        if why:
            return (_silent(line, settlement, Kind.NOT_CHECKED, f"{line.check.title} was not used: {why}"),)
        seconds = min(line.row.timeout, left)
        answer = self._answer(settlement, seconds)
        found, error = _parse(line, answer)
        line.note(error)
        facts = {"check": line.row.name, "site": line.row.site_id, "ms": answer.milliseconds, "error": answer.fault or error}
        log.info("external_check_asked", extra=facts)
        if not error:
            return found
        if answer.status is None and answer.error == "no answer in time":
            return (_silent(line, settlement, Kind.CHECK_TIMED_OUT, f"{line.check.title} did not answer within {seconds:.1g} s"),)
        return (_silent(line, settlement, Kind.CHECK_FAILED, f"{line.check.title} could not be used: {error}"),)

    def _answer(self, settlement: JudgedComment, seconds: float) -> Answer:
        line = self._line
        message = f"{settlement.waiting.comment_id}.{settlement.waiting.revision}"
        try:
            asked = line.check.build_request(ExternalCheckInput(settlement.waiting.reading, message, utcnow()), line.setup)
        except Exception as error:
            return Answer(None, error=f"the question could not be made: {type(error).__name__}")
        return SafeHttp(allow=self._settings.webhook_allow, seconds=seconds).post(asked.url, asked.body, asked.headers)


def _parse(line: ExternalCheckClient, answer: Answer) -> tuple[tuple[Signal, ...], str]:
    """The signals in a response, or an error. The error never quotes the response, which may hold any text."""
    if answer.status is None:
        return (), answer.error or "no answer"
    if answer.status != 200:
        return (), f"it answered {answer.status}"
    try:
        return tuple(from_plugin(signal, line.row.name) for signal in line.check.parse_response(answer.text)), ""
    except (ValueError, RecursionError):
        return (), "its answer could not be read"
    except Exception as error:
        return (), f"its answer broke the check: {type(error).__name__}"


def _silent(line: ExternalCheckClient, settlement: JudgedComment, kind: Kind, rule: str) -> Signal:
    """The signal for a missing response. Usually its score is 0, so it changes nothing.

    The score is 1, which holds the comment for a person, if our own checks would approve the comment but are unsure, and the
    site chose to hold such comments (IfNoAnswer.HOLD).
    """
    unsure = settlement.verdict.state is State.APPROVED and not is_sure(settlement.verdict, settlement.signals)
    holds = unsure and line.row.if_no_answer == IfNoAnswer.HOLD
    return Signal(kind, 1.0 if holds else 0.0, rule, check=line.row.name)


def _judged(settlement: JudgedComment, said: Sequence[Signal]) -> JudgedComment:
    if not said:
        return settlement
    item, signals = settlement.waiting, (*settlement.signals, *said)
    verdict = verdict_of(signals, item.rules, item.thresholds, identity=item.comment_id.hex)
    return JudgedComment(item, signals, verdict)


def _line(row: ExternalCheckRow, blog: str, secret_box: SecretBox) -> ExternalCheckClient:
    """The client of one external check. It is `broken` if the check's plug-in is not installed, or if the check's secret cannot
    be decrypted because the root secret has changed. A broken client sends nothing; a signal on each comment says why."""
    check = external_checks().get(row.name)
    if check is None:
        return ExternalCheckClient(row, _GONE, Setup(), broken="no installed package knows this check")
    try:
        return ExternalCheckClient(
            row, check, Setup(row.url, secret_box.decrypt(row.secret) if row.secret else "", row.model, blog)
        )
    except DecryptionFailed:
        return ExternalCheckClient(row, check, Setup(), broken="its secret is unreadable")


#: Stands in for a check that is not installed. It is never called; only its title is shown.
_GONE = replace(EXTERNAL_CHECKS["own"], title="A removed check")


def _take(asking: Sequence[ExternalCheckClient], database: Database) -> None:
    with database.writing() as session:
        for line in (one for one in asking if not one.broken):
            line.grant = take_requests(session, line.row.site_id, line.row.name, len(line.asked), now=utcnow())


def _report(asking: Sequence[ExternalCheckClient], database: Database) -> None:
    with database.writing() as session:
        for line in asking:
            record_answers(
                session,
                line.row.site_id,
                line.row.name,
                used=line.used,
                unused=line.grant.questions - line.used,
                answered=line.answered,
                failures=line.failures,
                error=line.error,
                now=utcnow(),
            )
