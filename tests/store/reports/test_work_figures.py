"""The work of moderators by day: decisions, times, agreement with the checks, and what was overruled or taken back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from service.actions.accounts.moderators import add_moderator
from service.actions.moderation.notes_replies_bans import reply
from service.actions.moderation.queue_actions import SeenComment, decide_all, undo_action
from service.actions.sites.site_settings import set_time_zone
from service.actions.sites.sites_and_keys import add_site
from service.domain.ids import new_id
from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.engine import Database
from service.store.reports.daily_statistics import Statistics, statistics_of
from service.store.reports.work_figures import Work, added_up
from tests.support.seeding import PSEUDONYMS, Seed, sow

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def people(database: Database) -> tuple[UUID, UUID]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=NOON)
        ada, bo = (add_moderator(session, f"{name}@news.example", now=NOON).id for name in ("ada", "bo"))
    return ada, bo


def _decide(database: Database, who: UUID, comment_id: UUID, state: State, *, at: datetime) -> UUID:
    action_id = new_id()
    with database.writing() as session:
        seen = [SeenComment(comment_id, None)]
        decide_all(session, "news", seen, state, action_id=action_id, moderator_id=who, now=at, delay=timedelta(0))
    return action_id


def _day(database: Database, day: datetime = NOON) -> Statistics:
    with database.reading() as session:
        counted = statistics_of(session, "news", day.date(), now=day + timedelta(days=2))
    return Statistics.read(counted.kept)


def test_agreement_is_with_what_the_checks_found(database: Database, people: tuple[UUID, UUID]) -> None:
    ada, _ = people
    seeds = [
        Seed("an insult"),
        Seed("another insult"),
        Seed("only new here", kind=Kind.SITE_HOLDS_EVERYTHING),
        Seed("calm", state=State.APPROVED),
    ]
    insult, other, new, calm = sow(database, "news", seeds, now=NOON)
    for comment_id, state in ((insult, State.REJECTED), (other, State.APPROVED), (new, State.APPROVED), (calm, State.REJECTED)):
        _decide(database, ada, comment_id, state, at=NOON)
    work = _day(database).people[str(ada)]
    assert (work.decided, work.compared, work.agreed) == (4, 3, 1)


def test_a_decision_that_a_colleague_changes_counts_as_overruled_on_that_day(
    database: Database, people: tuple[UUID, UUID]
) -> None:
    ada, bo = people
    (comment_id,) = sow(database, "news", [Seed("an insult")], now=NOON)
    _decide(database, ada, comment_id, State.APPROVED, at=NOON)
    _decide(database, bo, comment_id, State.REJECTED, at=NOON + timedelta(days=1))
    _decide(database, bo, comment_id, State.APPROVED, at=NOON + timedelta(days=1, hours=1))
    assert _day(database).people[str(ada)].overruled == 0
    next_day = _day(database, NOON + timedelta(days=1))
    assert (next_day.people[str(ada)].overruled, next_day.people[str(ada)].decided) == (1, 0)
    assert (next_day.people[str(bo)].decided, next_day.people[str(bo)].overruled, next_day.people[str(bo)].compared) == (2, 0, 0)


def test_a_decision_that_is_taken_back_counts_as_undone_and_has_no_time(database: Database, people: tuple[UUID, UUID]) -> None:
    ada, bo = people
    (comment_id,) = sow(database, "news", [Seed("an insult")], now=NOON)
    action = _decide(database, ada, comment_id, State.APPROVED, at=NOON)
    with database.writing() as session:
        undo_action(session, "news", action, moderator_id=ada, now=NOON, delay=timedelta(0))
    _decide(database, bo, comment_id, State.REJECTED, at=NOON + timedelta(hours=1))
    day = _day(database)
    assert day.people[str(ada)] == Work(decided=1, undone=1)
    assert day.people[str(bo)].agreed == 0, "a person had decided before"
    assert sum(day.people[str(bo)].times) == 1


def test_hours_are_those_of_the_sites_time_zone(database: Database, people: tuple[UUID, UUID]) -> None:
    ada, bo = people
    ids = sow(database, "news", [Seed("one"), Seed("two"), Seed("three")], now=NOON)
    for comment_id, who, minutes in zip(ids, (ada, bo, bo), (0, 14, 15), strict=True):
        _decide(database, who, comment_id, State.REJECTED, at=NOON + timedelta(minutes=minutes))
    assert {begin: work.decided for begin, work in _day(database).hours.items()} == {"720": 3}
    with database.writing() as session:
        set_time_zone(session, "news", "Asia/Kathmandu")
    assert {begin: work.decided for begin, work in _day(database).hours.items()} == {"675": 2, "735": 1}, "UTC+5:45"


def test_a_reply_of_the_site_is_no_decision_of_the_checks(database: Database, people: tuple[UUID, UUID]) -> None:
    ada, _ = people
    (comment_id,) = sow(database, "news", [Seed("calm", state=State.APPROVED)], now=NOON)
    with database.writing() as session:
        reply(session, "news", comment_id, "We answer.", moderator_id=ada, pseudonyms=PSEUDONYMS, now=NOON, delay=timedelta(0))
    day = _day(database)
    assert day.by_policy == {"approved": 1}
    assert day.people[str(ada)].compared == 0


def test_medians_of_many_days_are_within_ten_percent() -> None:
    days = []
    for start in range(1, 1000, 100):
        work = Work()
        for seconds in range(start, start + 100):
            work.add_time(float(seconds))
        days.append({"ada": Work.read(work.stored)})
    median = added_up(days)["ada"].median_seconds
    assert median == pytest.approx(500, rel=0.1)
    assert Work().median_seconds is None
