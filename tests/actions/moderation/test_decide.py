"""A decision has one winner, a late one is told the winner, and an undo in time sends no webhook."""

from datetime import timedelta
from threading import Barrier, Thread

from sqlalchemy import select

from service.actions.moderation.decide import Actor, Decided, Ruling, decide, undo
from service.domain.errors import AlreadyDecided, Gone, NotFound
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.comments import Thread as Page
from service.store.tables.outbox import EventState, EventType
from tests.actions.moderation.crowd import crowd
from tests.support.factories import NOON, draft, events, moved, site, submitted, with_comment

DELAY = timedelta(seconds=5)
KEY = Actor(key_id=new_id())


def _decide(database: Database, *rulings: Ruling, actor: Actor = KEY) -> list:
    with database.writing() as session:
        return decide(session, "news", rulings, actor=actor, now=NOON, delay=DELAY)


def _undo(database: Database, *decided: Decided) -> list:
    with database.writing() as session:
        return undo(session, "news", [d.decision_id for d in decided], actor=KEY, now=NOON, delay=DELAY)


def test_an_approval_reaches_feed_and_outbox(database: Database) -> None:
    comment_id = with_comment(database)
    (done,) = _decide(database, Ruling(comment_id, State.APPROVED, 1))
    assert done.change.version == 2
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.APPROVED
        page = session.scalars(select(Page)).one()
        assert (page.approved, page.feed_version) == (1, 1)
        (event,) = events(session, comment_id)
    assert (event.type, event.seq, event.due_at) == (EventType.APPROVED, 2, NOON + DELAY)


def test_a_late_decision_changes_nothing_and_names_the_first(database: Database) -> None:
    comment_id = with_comment(database)
    with database.writing() as session:
        dana = Moderator(id=new_id(), email="dana@news.example", name="Dana", created_at=NOON)
        session.add(dana)
    _decide(database, Ruling(comment_id, State.REJECTED, 1), actor=Actor(moderator_id=dana.id))
    (late,) = _decide(database, Ruling(comment_id, State.APPROVED, 1))
    assert isinstance(late, AlreadyDecided)
    assert "Dana" in late.detail
    assert "rejected" in late.detail
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.REJECTED


def test_of_many_at_once_one_wins(database: Database) -> None:
    comment_id = with_comment(database)
    outcomes: list = []
    barrier = Barrier(8)

    def race(state: State) -> None:
        barrier.wait()
        outcomes.extend(_decide(database, Ruling(comment_id, state, 1)))

    threads = [Thread(target=race, args=(State.APPROVED if n % 2 else State.REJECTED,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [o for o in outcomes if isinstance(o, Decided)]
    assert len(winners) == 1
    assert sum(isinstance(o, AlreadyDecided) for o in outcomes) == 7
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == winners[0].change.to_state
        assert len(events(session, comment_id)) == 1


def test_a_crowd_on_the_same_comments_loses_nothing(database: Database) -> None:
    counts = crowd(database, moderators=8, decisions=25, seed=7)
    assert counts["won"] + counts["late"] == 200
    assert min(counts["won"], counts["late"], counts["taken back"]) > 0


def test_an_undo_before_the_host_is_told_stays_silent(database: Database) -> None:
    comment_id = with_comment(database)
    (done,) = _decide(database, Ruling(comment_id, State.APPROVED, 1))
    (undone,) = _undo(database, done)
    assert undone.change.to_state is State.HELD
    with database.reading() as session:
        assert [e.state for e in events(session, comment_id)] == [EventState.WITHDRAWN, EventState.WITHDRAWN]
        assert [e.seq for e in events(session, comment_id)] == [2, 3], "no version is without its event"
        assert session.scalars(select(Page)).one().approved == 0


def test_an_undo_after_the_host_was_told_tells_it_again(database: Database) -> None:
    comment_id = with_comment(database)
    (done,) = _decide(database, Ruling(comment_id, State.APPROVED, 1))
    with database.writing() as session:
        for event in events(session, comment_id):
            event.state = EventState.SENT
    _undo(database, done)
    with database.reading() as session:
        assert [(e.type, e.state) for e in events(session, comment_id)][1] == (EventType.HELD, EventState.DUE)


def test_an_undo_loses_against_a_later_decision(database: Database) -> None:
    comment_id = with_comment(database)
    (done,) = _decide(database, Ruling(comment_id, State.APPROVED, 1))
    _decide(database, Ruling(comment_id, State.REJECTED, 2))
    (refused,) = _undo(database, done)
    assert isinstance(refused, AlreadyDecided)


def test_an_undo_never_sends_a_comment_back_to_the_checks(database: Database) -> None:
    comment_id = with_comment(database, state=State.PENDING)
    (done,) = _decide(database, Ruling(comment_id, State.REJECTED, 0))
    (undone,) = _undo(database, done)
    assert undone.change.to_state is State.HELD


def test_a_bulk_is_decided_and_undone_whole(database: Database) -> None:
    with database.writing() as session:
        site(session)
        ids = submitted(session, *(draft(str(n)) for n in range(50)))
        for comment_id in ids:
            moved(session, comment_id, State.HELD)
    done = _decide(database, *(Ruling(comment_id, State.REJECTED, 1) for comment_id in ids))
    assert all(isinstance(d, Decided) for d in done)
    assert all(isinstance(d, Decided) for d in _undo(database, *done))
    with database.reading() as session:
        assert {c.state for c in session.scalars(select(Comment))} == {State.HELD}


def test_another_sites_comment_is_not_there(database: Database) -> None:
    comment_id = with_comment(database)
    with database.writing() as session:
        site(session, "blog")
        (refused,) = decide(session, "blog", [Ruling(comment_id, State.APPROVED, 1)], actor=KEY, now=NOON, delay=DELAY)
    assert isinstance(refused, NotFound)


def test_an_erased_comment_is_gone(database: Database) -> None:
    comment_id = with_comment(database, state=State.ERASED)
    (refused,) = _decide(database, Ruling(comment_id, State.APPROVED, None))
    assert isinstance(refused, Gone)
