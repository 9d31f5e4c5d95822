"""Comments move to another thread in batches, while others write."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from service.actions.comments.apply_verdicts import JudgedComment, apply_verdicts, prepare
from service.actions.comments.move_thread import A_BATCH, begin_move, end_move, move_comments
from service.actions.moderation.decide import Actor, Ruling, decide
from service.domain.errors import Conflict
from service.domain.ids import new_id, thread_id
from service.domain.policy.judge import Verdict
from service.domain.states import State
from service.store.comments.check_input import claimed_comments
from service.store.comments.claim import claim
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread
from service.web.resources.batches import move_thread
from tests.support.factories import NOON, draft, moved, site, submitted


@pytest.fixture(autouse=True)
def _site(database: Database) -> None:
    with database.writing() as session:
        site(session)


def test_many_comments_move_in_batches(database: Database) -> None:
    with database.writing() as session:
        submitted(session, *(draft(f"word {n}", thread="long") for n in range(A_BATCH + 1)))
    assert move_thread(database, "news", "long", "new", join=False) == A_BATCH + 1
    with database.reading() as session:
        assert set(session.scalars(select(Comment.thread_id))) == {thread_id("news", "new")}


@pytest.fixture
def half_moved(database: Database) -> UUID:
    """A thread whose comments are moved, and which is still there. Returns the comment, which a worker reads since before that."""
    with database.writing() as session:
        [comment] = submitted(session, draft(thread="old"))
        begin_move(session, "news", "old", "new", join=False)
        return comment


def test_a_verdict_about_a_comment_that_was_moved_counts_where_it_is(database: Database, half_moved: UUID) -> None:
    token, now = new_id(), NOON
    with database.writing() as session:
        claim(session, token=token, limit=1, now=now, lease=timedelta(seconds=60))
        [waiting] = claimed_comments(session, [half_moved], now=now, site_id="news")
        verdict = prepare([JudgedComment(waiting, (), Verdict(State.APPROVED, ()))])
        assert move_comments(session, "news", "old", "new", now=now) == 1
        assert end_move(session, "news", "old", "new")
        apply_verdicts(session, verdict, token=token, now=now)
        assert session.get_one(Thread, thread_id("news", "new")).approved == 1


def test_a_comment_that_comes_during_a_move_is_moved_too(database: Database, half_moved: UUID) -> None:
    with database.writing() as session:
        move_comments(session, "news", "old", "new", now=NOON)
        [late] = submitted(session, draft("Late.", thread="old"))
        moved(session, late, State.HELD)
        assert not end_move(session, "news", "old", "new")
        with pytest.raises(Conflict):
            begin_move(session, "news", "old", "new", join=False)
    assert move_thread(database, "news", "old", "new", join=True) == 1
    with database.writing() as session:
        decide(session, "news", [Ruling(late, State.APPROVED, None)], actor=Actor(), now=NOON, delay=timedelta(0))
        assert session.get_one(Thread, thread_id("news", "new")).approved == 1
