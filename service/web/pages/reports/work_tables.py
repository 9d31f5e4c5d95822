"""The tables below the charts: the work of each moderator and of each hour of the day, and the reasons that moderators overrule."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from service.store.reports.work_figures import Work, added_up
from service.web.http.i18n import _
from service.web.pages.queue import reason_text
from service.web.pages.reports.period import Period

#: A reason is highlighted if moderators overruled at least this share of its cases, and it had at least this many cases.
OFTEN, ENOUGH = 0.5, 10


@dataclass(frozen=True, slots=True)
class Overruled:
    """How often moderators approved comments that were held for one reason."""

    code: str
    name: str
    held: int
    passed: int

    @property
    def share(self) -> float:
        return self.passed / self.held

    @property
    def often(self) -> bool:
        return self.held >= ENOUGH and self.share >= OFTEN


@dataclass(frozen=True, slots=True)
class WorkRow:
    """The work of one moderator, or of one hour of the day. `id` is a moderator's id; empty for an API key and for an hour."""

    name: str
    work: Work
    id: str = ""

    @property
    def agreement(self) -> float | None:
        return self.work.agreed / self.work.compared if self.work.compared else None


def overruled_reasons(period: Period) -> list[Overruled]:
    held: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for one in period.by_day.values():
        for code, (number, approved) in one.reasons.items():
            held[code] += number
            passed[code] += approved
    rows = [Overruled(code, reason_text.name_of(code), number, passed[code]) for code, number in held.items()]
    return sorted(rows, key=lambda one: (-one.often, -one.passed, one.code))


def moderator_rows(period: Period, names: Mapping[UUID, str]) -> list[WorkRow]:
    """The work of each moderator, most decisions first. A moderator without a name here has left."""
    whole = added_up(one.people for one in period.by_day.values())
    rows = [WorkRow(_name(person, names), work, person) for person, work in whole.items()]
    return sorted(rows, key=lambda row: (-row.work.decided, row.name))


def moderator_ids(period: Period) -> set[UUID]:
    people = {person for one in period.by_day.values() for person in one.people}
    return {UUID(person) for person in people if person}


def hour_rows(period: Period, zone: tzinfo) -> list[WorkRow]:
    """The work of each hour of the day in this time zone; hours without any are left out."""
    whole: dict[str, Work] = {}
    for day, one in period.by_day.items():
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for minutes, work in one.hours.items():
            hour = (start + timedelta(minutes=int(minutes))).astimezone(zone).hour
            whole.setdefault(f"{hour:02}:00", Work()).add(work)
    return [WorkRow(hour, work) for hour, work in sorted(whole.items())]


def _name(person: str, names: Mapping[UUID, str]) -> str:
    if not person:
        return _("The website")
    return names.get(UUID(person), "").partition("@")[0] or _("Former colleague")
