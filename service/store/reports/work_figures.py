"""Figures of the work of moderators in one day, for each of them and for each hour. Figures of several days can be added up."""

import math
import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.tables.moderation import Decision

#: Comments that wait for one of these reasons wait because of a setting or a failure: the checks suspected nothing.
_NO_FINDING = frozenset(
    {
        "", Kind.SITE_HOLDS_EVERYTHING, Kind.SITE_LANGUAGE, Kind.SITE_LANGUAGE_NOT_COVERED, Kind.SITE_AUDIT_SAMPLE,
        Kind.SITE_REVIEWED_AUTHOR, Kind.SITE_REPORTED, Kind.CHECK_FAILED,
    }
)  # fmt: skip
#: A bucket of the histogram of times is wider than the one before by a factor of 2 ** (1 / FINE), about 41 percent.
FINE = 2


@dataclass(slots=True)
class Work:
    """The decisions of one moderator, or of one hour.

    `compared` of them were the first about a comment that the checks had decided or held for a finding, and `agreed` went the same
    way. `overruled` and `undone` count decisions that were changed by somebody else, or taken back: on the day of that change, as
    the work of whoever had made the decision. `times` is a histogram of the times from receipt to decision of held comments.
    """

    decided: int = 0
    compared: int = 0
    agreed: int = 0
    overruled: int = 0
    undone: int = 0
    times: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, stored: Sequence[Any]) -> "Work":
        """Read the JSON that `stored` made."""
        decided, compared, agreed, overruled, undone, times = stored
        return cls(decided, compared, agreed, overruled, undone, times)

    @property
    def stored(self) -> list[Any]:
        return [self.decided, self.compared, self.agreed, self.overruled, self.undone, self.times]

    def add(self, other: "Work") -> None:
        self.decided += other.decided
        self.compared += other.compared
        self.agreed += other.agreed
        self.overruled += other.overruled
        self.undone += other.undone
        self.times = _sums(self.times, other.times)

    def add_time(self, seconds: float) -> None:
        bucket = int(math.log2(max(seconds, 1.0)) * FINE)
        self.times = _sums(self.times, [0] * bucket + [1])

    @property
    def median_seconds(self) -> float | None:
        """The median time to decision, within ten percent; None if there is none."""
        rest = sum(self.times) / 2
        for bucket, number in enumerate(self.times):
            if number and number >= rest:
                return float(2 ** ((bucket + rest / number) / FINE))
            rest -= number
        return None


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, and the time zone whose hours are counted."""

    start: datetime
    end: datetime
    zone: tzinfo

    def hour_of(self, at: datetime) -> str:
        """When the hour of that time begins in the time zone, in minutes since the start of the day."""
        local = at.astimezone(self.zone)
        begins = at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return str((begins - self.start) // timedelta(minutes=1))


def work_of(
    session: Session, site_id: str, day: Day, decisions: Iterable[AnyRow], back: Collection[UUID]
) -> tuple[dict[str, Work], dict[str, Work]]:
    """The work of one day by moderator (its id, or empty for an API key) and by hour, from the decisions of that day. `back` are
    the decisions that were taken back on the same day: they have no time and agree with nothing."""
    people: dict[str, Work] = {}
    hours: dict[str, Work] = {}

    def both(row: AnyRow) -> tuple[Work, Work]:
        actor = str(row.moderator_id) if row.moderator_id else ""
        return people.setdefault(actor, Work()), hours.setdefault(day.hour_of(row.at), Work())

    for row in decisions:
        if not row.undoes:
            for work in both(row):
                work.decided += 1
                if row.id not in back:
                    _add_decision(work, row)
    for row in _changed(session, site_id, day):
        if row.by not in back:
            for work in both(row):
                work.undone += row.undo
                work.overruled += not row.undo
    return people, hours


def added_up(figures: Iterable[Mapping[str, Work]]) -> dict[str, Work]:
    """The figures of several days together, by moderator."""
    whole: dict[str, Work] = {}
    for of_day in figures:
        for name, work in of_day.items():
            whole.setdefault(name, Work()).add(work)
    return whole


def _sums(one: list[int], other: list[int]) -> list[int]:
    length = max(len(one), len(other))
    return list(map(operator.add, one + [0] * (length - len(one)), other + [0] * (length - len(other))))


def _add_decision(work: Work, row: AnyRow) -> None:
    if row.from_state == State.HELD:
        work.add_time((row.at - row.received_at).total_seconds())
    agrees = _agreement(row)
    work.compared += agrees is not None
    work.agreed += bool(agrees)


def _agreement(row: AnyRow) -> bool | None:
    """Whether a decision goes the way in which the checks pointed; None if they pointed nowhere, or a person decided before."""
    if row.again or row.from_state == State.PENDING or (row.from_state == State.HELD and row.reason in _NO_FINDING):
        return None
    return bool(row.to_state == (State.APPROVED if row.from_state == State.APPROVED else State.REJECTED))


def _changed(session: Session, site_id: str, day: Day) -> Sequence[AnyRow]:
    """The decisions that an undo or another person changed on this day, with the moderator and the time of each."""
    earlier, before = aliased(Decision), aliased(Decision)
    newest = (
        select(func.max(before.version))
        .where(before.comment_id == Decision.comment_id, site_of(before) == site_id, before.version < Decision.version)
        .correlate(Decision)
        .scalar_subquery()
    )
    columns = (Decision.id.label("by"), earlier.moderator_id, earlier.at)
    this_day = and_(Decision.site_id == site_id, Decision.at >= day.start, Decision.at < day.end)
    undone = (
        select(*columns, true().label("undo"))
        .join(earlier, (earlier.id == Decision.undoes) & (earlier.site_id == Decision.site_id))
        .where(this_day)
    )
    somebody_else = or_(
        earlier.moderator_id.is_distinct_from(Decision.moderator_id), earlier.key_id.is_distinct_from(Decision.key_id)
    )
    overruled = (
        select(*columns, false().label("undo"))
        .join(
            earlier,
            and_(earlier.comment_id == Decision.comment_id, site_of(earlier) == Decision.site_id, earlier.version == newest),
        )
        .where(this_day, Decision.undoes.is_(None), Decision.from_state.in_((State.APPROVED, State.REJECTED)))
        .where(Decision.to_state != Decision.from_state, earlier.to_state == Decision.from_state)
        .where(earlier.undoes.is_(None), somebody_else)
    )
    return [*session.execute(undone), *session.execute(overruled)]
