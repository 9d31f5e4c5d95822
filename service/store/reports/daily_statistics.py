"""Daily statistics of a site: the queue, the times to verdict and to decision, decisions, and overruled reasons."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from service.domain.policy.site_policy import SitePolicy
from service.domain.states import State
from service.domain.time_zones import first_zone
from service.store.db.capped_count import capped_count
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.reports.work_figures import Day, Work, work_of
from service.store.tables.comments import Comment
from service.store.tables.daily_statistics import DailyStatistics
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event
from service.store.tables.sites import Site

#: At most this many rows of a day are read for its times and its overruled reasons. More rows would not change the result much.
SAMPLE = 20_000
#: The times of the day at which the queue is measured.
MARKS = tuple(timedelta(hours=hour) for hour in range(0, 24, 3))
_SETTLED = (State.APPROVED, State.HELD, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of one day. Times are (p50, p95) in seconds, or empty. `reasons` maps the code of a reason to the number of
    comments that it held, and the number of these that a moderator approved. `queue` has (seconds since the start of the day,
    held comments, age of the oldest in seconds). `people` maps a moderator's id (empty: an API key) to
    decisions; `hours` does so for the minutes from the start of the day, in UTC, to an hour of the site's time zone."""

    received: int = 0
    by_policy: dict[str, int] = field(default_factory=dict)
    to_verdict: tuple[float, ...] = ()
    to_decision: tuple[float, ...] = ()
    decided: int = 0
    undone: int = 0
    reasons: dict[str, tuple[int, int]] = field(default_factory=dict)
    queue: tuple[tuple[float, int, float], ...] = ()
    people: dict[str, Work] = field(default_factory=dict)
    hours: dict[str, Work] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Statistics":
        """Read the JSON that `kept` made, also that of an earlier version, which counted neither people nor hours."""
        reasons = {code: (held, passed) for code, (held, passed) in kept["reasons"].items()}
        queue = tuple((at, number, age) for at, number, age in kept["queue"])
        times = {name: tuple(kept[name]) for name in ("to_verdict", "to_decision")}
        people = {name: Work.read(work) for name, work in kept.get("people", {}).items()}
        hours = {minutes: Work.read(work) for minutes, work in kept.get("hours", {}).items()}
        return cls(**{**kept, **times, "reasons": reasons, "queue": queue, "people": people, "hours": hours})

    @property
    def kept(self) -> dict[str, Any]:
        work = {name: {key: one.stored for key, one in getattr(self, name).items()} for name in ("people", "hours")}
        return {**asdict(replace(self, people={}, hours={})), **work}


@dataclass(frozen=True, slots=True)
class HeldNow:
    """How many comments are held, counted up to MANY + 1, and when the oldest of them was received."""

    number: int
    oldest: datetime | None


def statistics_of(session: Session, site_id: str, day: date, *, now: datetime, known: Statistics | None = None) -> Statistics:
    """Count one day up to `now`. `known` is an earlier count of the same day: its measurements of the queue are kept, not made
    again."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    decisions = _decisions(session, site_id, start, end)
    back = {row.undoes for row in decisions if row.undoes}
    standing = [row for row in decisions if row.from_state == State.HELD and not row.undoes and row.id not in back]
    people, hours = work_of(session, site_id, Day(start, end, _zone(session, site_id)), decisions, back)
    return Statistics(
        received=_received(session, site_id, start, end),
        by_policy=_by_policy(session, site_id, start, end),
        to_verdict=percentiles(_seconds_to_verdict(session, site_id, start, end)),
        to_decision=percentiles((row.at - row.received_at).total_seconds() for row in standing),
        decided=sum(not row.undoes for row in decisions),
        undone=sum(bool(row.undoes) for row in decisions),
        reasons=_reasons(standing),
        queue=_queue(session, site_id, start, min(now, end), known.queue if known else ()),
        people=people,
        hours=hours,
    )


def percentiles(seconds: Iterable[float]) -> tuple[float, ...]:
    """(p50, p95) by nearest rank; empty if there are no values."""
    ordered = sorted(seconds)
    return tuple(round(ordered[min(int(len(ordered) * p), len(ordered) - 1)], 3) for p in (0.5, 0.95)) if ordered else ()


def _zone(session: Session, site_id: str) -> tzinfo:
    return first_zone(SitePolicy(session.scalar(select(Site.policy).where(Site.id == site_id))).time_zone)


def _received(session: Session, site_id: str, start: datetime, end: datetime) -> int:
    received = select(func.count()).where(
        Comment.site_id == site_id, Comment.state.in_(list(State)), Comment.received_at >= start, Comment.received_at < end
    )
    return session.scalar(received) or 0


def _by_policy(session: Session, site_id: str, start: datetime, end: datetime) -> dict[str, int]:
    rows = session.execute(
        select(Event.to_state, func.count())
        .where(Event.site_id == site_id, Event.at >= start, Event.at < end, Event.from_state == State.PENDING)
        # A reply of the site leaves this state by a decision of its moderator.
        .where(Event.facts["by"].as_string() == "policy")
        .group_by(Event.to_state)
    )
    return {state: number for state, number in rows if state in _SETTLED}


def _seconds_to_verdict(session: Session, site_id: str, start: datetime, end: datetime) -> list[float]:
    """The times to the first verdict. Edited comments are left out, because their `judged_at` is the time of a later verdict."""
    rows = session.execute(
        select(Comment.received_at, Comment.judged_at)
        .where(
            Comment.site_id == site_id,
            Comment.state.in_(_SETTLED),
            Comment.received_at >= start,
            Comment.received_at < end,
            Comment.judged_at.is_not(None),
            Comment.revision == 1,
        )
        .limit(SAMPLE)
    )
    return [max((row.judged_at - row.received_at).total_seconds(), 0.0) for row in rows]


def _decisions(session: Session, site_id: str, start: datetime, end: datetime) -> Sequence[AnyRow]:
    before = aliased(Decision)
    again = (
        exists()
        .where(before.comment_id == Decision.comment_id, site_of(before) == site_id, before.version < Decision.version)
        .correlate(Decision)
    )
    columns = (
        Decision.id, Decision.at, Decision.from_state, Decision.to_state, Decision.undoes, Decision.moderator_id,
        again.label("again"), Comment.received_at, Comment.reason,
    )  # fmt: skip
    return session.execute(
        select(*columns)
        .join(Comment, (Comment.id == Decision.comment_id) & (Comment.site_id == Decision.site_id))
        .where(Decision.site_id == site_id, Decision.at >= start, Decision.at < end)
        .order_by(Decision.at.desc())
        .limit(SAMPLE)
    ).all()


def _reasons(decisions: Sequence[AnyRow]) -> dict[str, tuple[int, int]]:
    held = Counter(row.reason for row in decisions if row.reason)
    passed = Counter(row.reason for row in decisions if row.reason and row.to_state == State.APPROVED)
    return {code: (number, passed[code]) for code, number in sorted(held.items())}


def _queue(
    session: Session, site_id: str, start: datetime, until: datetime, known: Sequence[tuple[float, int, float]]
) -> tuple[tuple[float, int, float], ...]:
    measured = {at: (at, number, age) for at, number, age in known if timedelta(seconds=at) in MARKS}
    for mark in [m for m in MARKS if start + m <= until] + ([until - start] if until - start < timedelta(days=1) else []):
        if (at := mark.total_seconds()) not in measured:
            measured[at] = (at, *_waiting_at(session, site_id, start + mark))
    return tuple(measured[at] for at in sorted(measured))


def _waiting_at(session: Session, site_id: str, moment: datetime) -> tuple[int, float]:
    """The number of comments that were held at this moment, and the age of the oldest in seconds. These are comments that are
    still held, and comments that were decided since."""
    still = select(Comment.received_at).where(
        Comment.site_id == site_id, Comment.state == State.HELD, Comment.received_at <= moment
    )
    since = (
        select(Comment.id, Comment.received_at)
        .join(Decision, (Decision.comment_id == Comment.id) & (site_of(Decision) == Comment.site_id))
        .where(
            Decision.site_id == site_id,
            Decision.at > moment,
            Decision.from_state == State.HELD,
            Comment.state != State.HELD,
            Comment.received_at <= moment,
        )
        .subquery()
    )
    number, oldest = session.execute(select(func.count(since.c.id.distinct()), func.min(since.c.received_at))).one()
    number += session.scalar(select(func.count()).select_from(still.subquery())) or 0
    waiting = [at for at in (oldest, session.scalar(still.order_by(Comment.received_at).limit(1))) if at]
    return number, max((moment - at).total_seconds() for at in waiting) if waiting else 0.0


def held_now(session: Session, site_id: str) -> HeldNow:
    """The held comments at this moment, escalated ones too. It is cheap at any number of them."""
    held = select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.HELD)
    oldest = select(Comment.received_at).where(Comment.site_id == site_id, Comment.state == State.HELD)
    return HeldNow(
        session.scalar(select(capped_count(held))) or 0, session.scalar(oldest.order_by(Comment.received_at, Comment.id).limit(1))
    )


def days(session: Session, site_id: str, *, since: date) -> Sequence[DailyStatistics]:
    """The days that were counted, oldest first."""
    query = (
        select(DailyStatistics)
        .where(DailyStatistics.site_id == site_id, DailyStatistics.day >= since.isoformat())
        .order_by(DailyStatistics.day)
    )
    return session.scalars(query).all()


def last_count(session: Session, site_id: str) -> datetime | None:
    """When the newest day of a site was counted; None if none was."""
    newest = select(DailyStatistics.counted_at).where(DailyStatistics.site_id == site_id).order_by(DailyStatistics.day.desc())
    return session.scalar(newest.limit(1))


def sites_to_count(session: Session, today: date, *, before: datetime) -> list[str]:
    """The sites whose current day was not counted since `before`."""
    fresh = select(DailyStatistics.site_id).where(DailyStatistics.day == today.isoformat(), DailyStatistics.counted_at >= before)
    return list(session.scalars(select(Site.id).where(Site.id.not_in(fresh)).order_by(Site.id)))
