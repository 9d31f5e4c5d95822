"""Check pending comments: claim a batch, run the checks, and apply the verdicts in one transaction."""

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from service.actions.comments.apply_verdicts import JudgedComment, apply_verdicts, prepare
from service.clock import utcnow
from service.crash import CrashPoint, crash_point
from service.domain.ids import new_id
from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Kind, Signal
from service.domain.policy.verdict import verdict_of
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.jobs.names import Job
from service.store.comments.check_input import ClaimedComment, claimed_comments
from service.store.comments.claim import claim, first_free
from service.store.db.column_types import AnyRow
from service.store.sites.external_checks import enabled_external_checks
from service.telemetry.spans import Span, SpanKind, begin
from workers.checking.external_checks import clients, consult
from workers.checks import signals_of_each
from workers.checks.deep.drain import SECONDS, read_deeply
from workers.resources.recent_comments import Before, RecentComments
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.drain")


#: GATHER: the shortest and the longest pause of the active poller, in seconds. EACH: seconds of pause for each comment of the
#: last batch. Comments that arrive during the pause form one batch. A batch has a fixed cost, as high as the cost of about ten
#: comments, which they share. QUIET: after this many seconds without work the worker releases the poll lease.
GATHER, EACH, QUIET = (0.010, 0.030), 0.0015, 0.05
#: From this batch size on, another worker is woken to help.
WAKE_ANOTHER_AT = 80


def check_pending(resources: WorkerResources, *, seconds: float = 2.0) -> int:
    """Check pending comments until none is free or the time is used up. Returns how many got their verdict.

    When comments come fast and no worker is the active poller, this worker becomes it, until none has come for `QUIET` seconds. The
    worker holds no database connection while the checks run. A comment that was claimed too often is not checked, but held for a person.
    """
    settled, watching, watch = 0, resources.poll_lease.take(), resources.poll_lease
    found = now = time.monotonic()
    until = now + seconds
    try:
        while now < until:
            claimed = _claimed(resources)
            if claimed:
                settled, found = settled + _settled(resources, claimed), now
            if not (watching or (claimed and claimed.may_be_more)):
                return settled
            if watching and now - found > QUIET:
                # Poll once more after the release: no wake-up was sent for comments that came while the lease was held.
                watch.leave()
                watching = False
            elif watching:
                time.sleep(max(0.0, now + _gathering(claimed) - time.monotonic()))
                watching = watch.keep()
            now = time.monotonic()
    finally:
        if watching:
            watch.leave()
    resources.notifier.notify(Job.DRAIN)
    return settled


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The comments that one claim leased, the site of the first, and its fencing token. `may_be_more`: others may have waited beside them. What comes
    after the claim sends a wake-up of its own."""

    token: UUID
    site_id: str
    comment_ids: list[UUID]
    may_be_more: bool


def _gathering(last: _Claimed | None) -> float:
    """Seconds until the next poll: longer after a larger batch, since the next one will be large too."""
    least, most = GATHER
    return min(max(least, EACH * len(last.comment_ids)), most) if last else least


def _claimed(resources: WorkerResources) -> _Claimed | None:
    """Claim a batch of new comments. But if the oldest free comment was claimed before (its lease ran out), claim only that one.

    If other workers have taken all comments of that kind meanwhile, the other kind is tried.
    """
    settings, database = resources.settings, resources.database
    token, lease = new_id(), timedelta(seconds=settings.lease)
    with database.reading_quickly() as session:
        claims = first_free(session, now=utcnow(), lease=lease)
    if claims is None:
        return None
    rows: Sequence[AnyRow] = ()
    with database.leasing() as session:
        for again in (claims > 0, claims == 0):
            rows = rows or claim(
                session, token=token, limit=1 if again else settings.batch, now=utcnow(), lease=lease, again=again
            )
    if len(rows) >= WAKE_ANOTHER_AT:
        resources.notifier.notify(Job.DRAIN, anyway=True)
    crash_point(CrashPoint.CLAIMED)
    # With Citus a claim is of one site, and others may wait too.
    full = len(rows) == settings.batch or claims > 0 or settings.citus
    return _Claimed(token, rows[0].site_id, [row.id for row in rows], may_be_more=full) if rows else None


def _settled(resources: WorkerResources, claimed: _Claimed) -> int:
    """Check the batch and apply the verdicts. Returns how many took effect.

    Comments with external checks come last. So comments without external checks do not wait for the response of a service.
    """
    with resources.database.reading_quickly() as session:
        batch = claimed_comments(session, claimed.comment_ids, now=utcnow(), site_id=claimed.site_id)
        models = resources.site_models.models(session, {item.site_id: item.model_of for item in batch if item.model_of})
        elsewhere = {item.site_id for item in batch if item.asks_outside}
        setups = enabled_external_checks(session, elsewhere) if elsewhere else {}
    settings = resources.settings
    began, span = time.perf_counter(), _begin_span(batch)
    settlements = examine(
        batch, models, recent=resources.recent_comments, most=settings.max_claims, seconds=settings.transformer_seconds
    )
    if span.traceparent:
        _end_span(span, settlements)
    resources.counter.count("checked", len(settlements))
    resources.counter.count("check_seconds", time.perf_counter() - began)
    crash_point(CrashPoint.CHECKED)
    if not setups:
        return _settle(resources, settlements, claimed)
    # Release the lease and wake another worker: the responses may take seconds.
    resources.poll_lease.leave()
    resources.notifier.notify(Job.DRAIN)
    asking = clients(settlements, setups, SecretBox.from_secret(resources.settings.secret))
    asked = {settlement.waiting.comment_id for line in asking for settlement in line.asked}
    later = [settlement for settlement in settlements if settlement.waiting.comment_id in asked]
    now = [settlement for settlement in settlements if settlement.waiting.comment_id not in asked]
    settled = _settle(resources, now, claimed) if now else 0
    return settled + (_settle(resources, consult(later, asking, resources.database, resources.settings), claimed) if later else 0)


def _begin_span(batch: Sequence[ClaimedComment]) -> Span:
    return begin(SpanKind.CHECKS, links=[item.request.traceparent for item in batch if item.request.traceparent])


def _end_span(span: Span, settlements: Sequence[JudgedComment]) -> None:
    """The span of a batch names the comments and requests, and counts the verdicts."""
    batch = [settlement.waiting for settlement in settlements]
    counts = Counter(settlement.verdict.state for settlement in settlements)
    facts: dict[str, int | Sequence[str]] = {
        "greenroom.comments": len(batch),
        "greenroom.comment_ids": [str(item.comment_id) for item in batch],
        "greenroom.request_ids": [item.request.request_id for item in batch if item.request.request_id],
        **{f"greenroom.{state}": count for state, count in counts.items()},
    }
    span.end("check comments", facts)


def _settle(resources: WorkerResources, settlements: Sequence[JudgedComment], claimed: _Claimed) -> int:
    rows = prepare(settlements)
    with resources.database.writing() as session:
        changes = apply_verdicts(session, rows, token=claimed.token, now=utcnow())
        crash_point(CrashPoint.SETTLED)
    for settlement in settlements:
        if settlement.waiting.comment_id in changes:
            resources.counter.count(f"verdicts:{settlement.verdict.state}")
    crash_point(CrashPoint.ANNOUNCED)
    if any(changes.values()):
        resources.notifier.notify(Job.DELIVER)
    log.info("comments_checked", extra={"claimed": len(settlements), "settled": len(changes)})
    return len(changes)


def examine(
    batch: Sequence[ClaimedComment],
    models: Mapping[str, bytes],
    *,
    recent: RecentComments,
    most: int,
    seconds: float = SECONDS,
    thoroughly: bool = False,
) -> list[JudgedComment]:
    """Run the checks and judge each comment. A comment that was claimed more than `most` times is held, not checked again.

    The cheap checks come first. The transformer then has `seconds` for what they did not reject; `thoroughly`: for everything.
    """
    earlier = recent.before(batch)
    tried = [item for item in batch if item.claims <= most]
    rule = f"not checked: {most} attempts were interrupted, so a person decides"
    given_up: tuple[Signal, ...] = (Signal(Kind.NOT_CHECKED, 1.0, rule, check="drain"),)
    readings = [_reading(item, earlier[item.comment_id], models) for item in tried]
    cheap = signals_of_each(readings)

    def settled(at: int) -> bool:
        return not thoroughly and _judged(tried[at], cheap[at]).verdict.state is State.REJECTED

    signals = read_deeply(readings, cheap, settled=settled, seconds=seconds)
    found = dict(zip([item.comment_id for item in tried], signals, strict=True))
    return [_judged(item, found.get(item.comment_id, given_up)) for item in batch]


def _reading(item: ClaimedComment, before: Before, models: Mapping[str, bytes]) -> CheckInput:
    recent = replace(item.reading.recent, like_text=before.like, links_to=before.links_to)
    return replace(item.reading, recent=recent, site_model=models.get(item.site_id, b""))


def _judged(item: ClaimedComment, signals: tuple[Signal, ...]) -> JudgedComment:
    verdict = verdict_of(signals, item.rules, item.thresholds, identity=item.comment_id.hex)
    return JudgedComment(item, signals, verdict)
