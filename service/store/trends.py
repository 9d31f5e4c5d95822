"""The numbers behind the charts: what came, what a person had to do with it, and how long that took."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.comments import Comment, VerdictRow
from service.store.outbox import Event
from service.store.people import Decision

#: The latest of each kind that times are taken from.
SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: half of all took at most `p50`, nineteen in twenty at most `p95`. None where nothing was measured."""

    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Overruled:
    """How often people decided on comments that were held for a reason, and how often they let them through."""

    reason: str
    decided: int
    approved: int


@dataclass(frozen=True, slots=True)
class Trends:
    """Everything that the charts page shows of the days since `since`."""

    depth: list[tuple[date, int]]
    verdicts: Times
    decisions: Times
    alone: int
    judged: int
    overruled: list[Overruled]
    undone: int
    decided: int


def trends(session: Session, site_id: str, *, now: datetime, days: int) -> Trends:
    """The trends of these days, in a constant number of queries."""
    since = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    judged, alone = _judged(session, site_id, since)
    decided, undone = _decided(session, site_id, since)
    return Trends(
        _depth(session, site_id, since, days),
        _times(_verdict_times(session, site_id, since)),
        _times(_decision_times(session, site_id, since)),
        alone,
        judged,
        _overruled(session, site_id, since),
        undone,
        decided,
    )


def _depth(session: Session, site_id: str, since: datetime, days: int) -> list[tuple[date, int]]:
    """Held comments at the end of each day: what is held now, less what came since, plus what went."""
    held_now = (
        session.scalar(select(func.count()).select_from(Comment).where(Comment.site_id == site_id, Comment.state == State.HELD))
        or 0
    )
    day = func.date(Event.at)
    came = func.sum(case((Event.to_state == State.HELD, 1), else_=0))
    went = func.sum(case((Event.from_state == State.HELD, 1), else_=0))
    rows = session.execute(select(day, came, went).where(Event.site_id == site_id, Event.at >= since).group_by(day))
    change: defaultdict[date, int] = defaultdict(int)
    for name, plus, minus in rows:
        change[name if isinstance(name, date) else date.fromisoformat(str(name))] += int(plus) - int(minus)
    depths: list[tuple[date, int]] = []
    for back in range(days):
        here = since.date() + timedelta(days=days - 1 - back)
        depths.append((here, max(held_now, 0)))
        held_now -= change[here]
    return depths[::-1]


def _judged(session: Session, site_id: str, since: datetime) -> tuple[int, int]:
    """How many comments got a verdict, and how many of them needed no person."""
    verdicts = (
        select(VerdictRow.state, func.count())
        .join(Comment, Comment.id == VerdictRow.comment_id)
        .where(Comment.site_id == site_id, VerdictRow.at >= since)
        .group_by(VerdictRow.state)
    )
    counts = {state: number for state, number in session.execute(verdicts)}  # noqa: C416
    total = sum(counts.values())
    return total, total - counts.get(State.HELD, 0)


def _decided(session: Session, site_id: str, since: datetime) -> tuple[int, int]:
    row = session.execute(
        select(func.count(), func.count(Decision.undoes)).where(Decision.site_id == site_id, Decision.at >= since)
    ).one()
    return row[0] - row[1], row[1]


def _overruled(session: Session, site_id: str, since: datetime) -> list[Overruled]:
    """By the first reason, decisions that still stand."""
    let_through = func.sum(case((Decision.to_state == State.APPROVED, 1), else_=0))
    rows = session.execute(
        select(Comment.reason, func.count(), let_through)
        .join(Decision, (Decision.comment_id == Comment.id) & (Decision.version == Comment.version))
        .where(Decision.site_id == site_id, Decision.at >= since, Comment.reason != "", Decision.from_state == State.HELD)
        .group_by(Comment.reason)
        .order_by(func.count().desc())
        .limit(20)
    )
    return [Overruled(reason, number, int(approved)) for reason, number, approved in rows]


def _verdict_times(session: Session, site_id: str, since: datetime) -> list[float]:
    rows = session.execute(
        select(Comment.received_at, VerdictRow.at)
        .join(Comment, Comment.id == VerdictRow.comment_id)
        .where(Comment.site_id == site_id, VerdictRow.at >= since, VerdictRow.revision == 1)
        .order_by(VerdictRow.at.desc())
        .limit(SAMPLE)
    )
    return [(then - received).total_seconds() for received, then in rows]


def _decision_times(session: Session, site_id: str, since: datetime) -> list[float]:
    rows = session.execute(
        select(Comment.received_at, Decision.at)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(Decision.site_id == site_id, Decision.at >= since, Decision.undoes.is_(None), Decision.from_state == State.HELD)
        .order_by(Decision.at.desc())
        .limit(SAMPLE)
    )
    return [(then - received).total_seconds() for received, then in rows]


def _times(seconds: Sequence[float]) -> Times:
    if not seconds:
        return Times(None, None)
    ordered = sorted(max(s, 0.0) for s in seconds)
    return Times(ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)])
