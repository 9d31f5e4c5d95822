"""Checking pending comments: each gets one verdict, with other workers active and after workers died."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Thread as Runner

import pytest
from sqlalchemy import select, update

from service.actions.sites.site_settings import set_languages, set_rules
from service.config import Settings
from service.domain.ids import new_id
from service.domain.states import State
from service.store.comments.claim import claim
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread, ThreadState, VerdictRow
from service.store.tables.outbox import Event
from service.store.tables.sites import Site
from tests.support.factories import draft, site, submitted
from workers.checking.check_pending import check_pending
from workers.checks.deep.transformer import lacking
from workers.resources.worker_resources import WorkerResources

LEASE = timedelta(seconds=30)


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(settings)
    yield resources
    resources.close()


def _posted(database: Database, count: int) -> None:
    with database.writing() as session:
        site(session)
        submitted(
            session,
            *(draft(f"A calm word, the {n}th of its kind.", thread=f"page {n % 7}") for n in range(count)),
            now=datetime.now(UTC),
        )


def _states(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Comment.state)))


def test_all_are_settled_once_by_two_workers_at_once(database: Database, resources: WorkerResources, settings: Settings) -> None:
    _posted(database, 450)
    other = WorkerResources.open(settings)
    runners = [Runner(target=check_pending, args=(shop,), kwargs={"seconds": 60.0}) for shop in (resources, other)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    other.close()
    with database.reading() as session:
        assert len(session.scalars(select(VerdictRow.id)).all()) == 450
        assert len(session.scalars(select(Event.id)).all()) == 450
        approved = len(session.scalars(select(Comment.id).where(Comment.state == State.APPROVED)).all())
        assert sum(session.scalars(select(Thread.approved))) == approved
    assert State.PENDING not in _states(database)


@pytest.mark.parametrize(
    ("languages", "state"), [("", State.HELD), ("ta", State.HELD), ("hi", State.APPROVED), ("*", State.APPROVED)]
)
def test_what_no_check_covers_is_held_unless_the_site_takes_it(
    database: Database, resources: WorkerResources, languages: str, state: State
) -> None:
    with database.writing() as session:
        site(session)
        set_languages(session, "news", languages)
        submitted(session, draft("मुझे लगता है कि परिषद सही है।"), now=datetime.now(UTC))
    check_pending(resources, seconds=30.0)
    with database.reading() as session:
        comment = session.scalars(select(Comment)).one()
    assert (comment.state, comment.reason) == (state, "site.language_not_covered" if state is State.HELD else "")


@dataclass
class _Watch:
    """A poll lease that is always held by this worker. A test sets what happens on release."""

    at_the_end: Callable[[], None]

    def take(self) -> bool:
        return True

    def keep(self) -> bool:
        return True

    def leave(self) -> None:
        self.at_the_end()


def test_what_comes_while_a_watch_ends_is_settled_by_it(database: Database, resources: WorkerResources) -> None:
    _posted(database, 3)

    def one_more() -> None:
        with database.writing() as session:
            submitted(session, draft("It came at the last moment."), now=datetime.now(UTC))

    assert check_pending(replace(resources, poll_lease=_Watch(one_more)), seconds=60.0) == 4


def test_a_lease_keeps_others_away_until_it_runs_out(database: Database, resources: WorkerResources) -> None:
    _posted(database, 3)
    now = datetime.now(UTC)
    with database.writing() as session:
        assert len(claim(session, token=new_id(), limit=2, now=now, lease=LEASE)) == 2
    assert check_pending(resources, seconds=60.0) == 1
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.state == State.PENDING).values(lease_until=now - timedelta(seconds=1)))
    assert check_pending(resources, seconds=60.0) == 2


def test_a_lease_by_a_clock_that_is_ahead_binds_nobody(database: Database, resources: WorkerResources) -> None:
    """A worker whose clock was twenty seconds ahead has died. Its comments wait no longer than those of other dead workers."""
    _posted(database, 1)
    ahead = datetime.now(UTC) + timedelta(seconds=20)
    with database.writing() as session:
        assert len(claim(session, token=new_id(), limit=1, now=ahead, lease=LEASE)) == 1
    assert check_pending(resources, seconds=60.0) == 1


def test_whoever_came_first_is_settled_first_also_after_a_crash(database: Database, resources: WorkerResources) -> None:
    """Under overload, a comment whose worker died would otherwise wait until all new comments are done."""
    _posted(database, 2)
    past = datetime.now(UTC) - timedelta(minutes=1)
    with database.writing() as session:
        crashed = session.scalars(select(Comment.id).order_by(Comment.received_at, Comment.id)).first()
        session.execute(
            update(Comment)
            .where(Comment.id == crashed)
            .values(claims=1, lease_token=new_id(), lease_until=past, received_at=past)
        )
    assert check_pending(resources, seconds=60.0) == 2
    with database.reading() as session:
        settled = select(Comment.id).order_by(Comment.judged_at)
        assert session.scalars(settled).first() == crashed


def test_who_lost_the_lease_settles_nothing(
    database: Database, resources: WorkerResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks take so long that another worker claims the comment meanwhile."""
    _posted(database, 1)
    from workers.checking import check_pending as module

    calm = module.signals_of_each

    def slow(readings: object) -> list:
        with database.writing() as session:
            session.execute(update(Comment).values(lease_token=new_id()))
        return calm(readings)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "signals_of_each", slow)
    assert check_pending(resources, seconds=60.0) == 0
    assert _states(database) == {State.PENDING}
    with database.reading() as session:
        assert not session.scalars(select(Event)).all()


def test_a_comment_that_kills_its_workers_is_held_and_harms_no_neighbour(database: Database, resources: WorkerResources) -> None:
    _posted(database, 5)
    now = datetime.now(UTC)
    with database.writing() as session:
        poison = session.scalars(select(Comment.id).order_by(Comment.id)).first()
        past = now - timedelta(minutes=1)
        session.execute(update(Comment).values(claims=1, lease_token=new_id(), lease_until=past))
        session.execute(update(Comment).where(Comment.id == poison).values(claims=resources.settings.max_claims))
    assert check_pending(resources, seconds=60.0) == 5
    with database.reading() as session:
        held = session.get_one(Comment, poison)
        assert (held.state, held.reason) == (State.HELD, "failure.not_checked")
        assert {c.state for c in session.scalars(select(Comment).where(Comment.id != poison))} == {State.APPROVED}


def test_a_site_or_a_thread_can_hold_everything_first(database: Database, resources: WorkerResources) -> None:
    _posted(database, 14)
    with database.writing() as session:
        session.execute(update(Thread).where(Thread.external_id == "page 0").values(state=ThreadState.PREMODERATED))
    check_pending(resources, seconds=60.0)
    with database.reading() as session:
        held = session.scalars(select(Comment).where(Comment.state == State.HELD)).all()
    assert {c.reason for c in held} == {"site.holds_everything"}
    assert len(held) == 2
    with database.writing() as session:
        session.execute(update(Site).values(hold_everything=True))
        submitted(session, draft("One more calm word."), now=datetime.now(UTC))
    check_pending(resources, seconds=60.0)
    with database.reading() as session:
        assert len(session.scalars(select(Comment).where(Comment.state == State.HELD)).all()) == 3


def test_what_is_the_same_but_for_a_word_is_noticed(database: Database, resources: WorkerResources) -> None:
    with database.writing() as session:
        site(session)
        say = "My cousin {} moved to the coast last year and has not regretted a single day of it since then, she says."
        submitted(
            session, *(draft(say.format(name), thread=name) for name in ("Ada", "Berta", "Cora", "Dora")), now=datetime.now(UTC)
        )
    check_pending(resources, seconds=60.0)
    with database.reading() as session:
        held = session.scalars(select(Comment).where(Comment.state == State.HELD)).all()
    assert {comment.reason for comment in held} == {"spam.near_duplicate"}
    assert len(held) == 2


def test_many_links_to_one_host_are_noticed_whoever_sends_them(database: Database, resources: WorkerResources) -> None:
    with database.writing() as session:
        site(session)
        said = ["I walked there {}", "Nobody asked me about {}", "The rain of {} was long", "What about {} and the mayor?", "Ten years of {}",
                "My aunt likes {} best", "Not {} again, please", "Less {} would do"]  # fmt: skip
        drafts = [
            draft(text.format(f"https://www.{host}/{n}"), thread=str(n))
            for host in ("shop.example", "en.wikipedia.org")
            for n, text in enumerate(said)
        ]
        submitted(session, *drafts, now=datetime.now(UTC))
    check_pending(resources, seconds=60.0)
    with database.reading() as session:
        rows = session.scalars(select(VerdictRow)).all()
    told = [reason for row in rows for reason in row.reasons if reason["code"] == "spam.velocity"]
    assert sorted(reason["rule"] for reason in told) == [
        f"{n} other comments with a link to shop.example in the last hour" for n in (5, 6, 7)
    ]


@pytest.mark.parametrize(
    ("seconds", "waits", "state"), [(1e-9, False, State.APPROVED), (1e-9, True, State.HELD), (0.0, True, State.APPROVED)]
)
@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_a_comment_that_the_transformer_did_not_read_in_time_gets_its_verdict(
    database: Database, settings: Settings, seconds: float, waits: bool, state: State
) -> None:
    with database.writing() as session:
        site(session)
        set_rules(session, "news", hold_everything=False, lists={}, unread_waits=waits)
        submitted(session, draft("A calm word about the harbour."), now=datetime.now(UTC))
    hurried = WorkerResources.open(replace(settings, transformer_seconds=seconds))
    check_pending(hurried, seconds=30.0)
    hurried.close()
    assert _states(database) == {state}


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_hate_against_a_group_is_held_with_its_reason(database: Database, resources: WorkerResources) -> None:
    with database.writing() as session:
        site(session)
        submitted(session, draft("All Muslims are vermin, throw them out of this country."), now=datetime.now(UTC))
    check_pending(resources, seconds=30.0)
    with database.reading() as session:
        comment = session.scalars(select(Comment)).one()
    assert (comment.state, comment.reason) == (State.HELD, "abuse.hate")
