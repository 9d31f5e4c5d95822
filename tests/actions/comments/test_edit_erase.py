"""Edited comments need a new verdict, and erased text is stored nowhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.actions.comments.edit_erase import edit, erase
from service.actions.moderation.decide import Actor, Ruling, decide
from service.domain.errors import Conflict, Gone, NotFound
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, RevisionRow, VerdictRow
from service.store.tables.outbox import EventType
from service.store.tables.site_models import SiteModelRow
from tests.support.factories import NOON, events, with_comment


def test_an_edit_sends_an_approved_comment_back_to_the_checks(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    with database.writing() as session:
        change = edit(session, "news", comment_id, "Other words.", version=1, now=NOON)
    assert (change.to_state, change.version) == (State.PENDING, 2)
    with database.reading() as session:
        comment = session.get_one(Comment, comment_id)
        assert (comment.text, comment.revision, comment.claims) == ("Other words.", 2, 0)
        assert session.scalars(select(RevisionRow.text)).all() == ["A calm word."]
        assert [e.type for e in events(session, comment_id)] == [EventType.EDITED]


def test_a_stale_edit_changes_nothing(database: Database) -> None:
    comment_id = with_comment(database)
    with pytest.raises(Conflict), database.writing() as session:
        edit(session, "news", comment_id, "Other words.", version=0, now=NOON)
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).text == "A calm word."
        assert not session.scalars(select(RevisionRow)).all()


def test_erasing_leaves_a_tombstone_without_words_or_person(database: Database) -> None:
    author = {"name": "Jo Doe", "email": "jo@doe.example", "url": "https://doe.example", "id": "u7"}
    comment_id = with_comment(
        database, text="My secret words.", author=author, context={"ip": "203.0.113.9", "user_agent": "Mo/1"}
    )
    with database.writing() as session:
        edit(session, "news", comment_id, "My edited words.", version=None, now=NOON)
        erase(session, "news", comment_id, now=NOON)
    with database.reading() as session:
        comment = session.get_one(Comment, comment_id)
        kept = repr({c.name: getattr(comment, c.name) for c in Comment.__table__.columns})
        assert not session.scalars(select(RevisionRow)).all()
        assert not session.scalars(select(VerdictRow)).all()
        assert events(session, comment_id)[-1].type == EventType.ERASED
    assert comment.state == State.ERASED
    for trace in ("secret", "edited", "Jo", "doe", "u7", "Mo/1", "e:", "i:"):
        assert trace not in kept


def test_what_a_site_learned_from_an_erased_comment_is_dropped(database: Database) -> None:
    comment_id = with_comment(database)
    with database.writing() as session:
        decide(
            session, "news", [Ruling(comment_id, State.REJECTED, 1)], actor=Actor(key_id=new_id()), now=NOON, delay=timedelta(0)
        )
        session.add(
            SiteModelRow(site_id="news", weights="c2VjcmV0", labels=60, active=True, trained_at=NOON, last_decision_at=NOON)
        )
    with database.writing() as session:
        erase(session, "news", comment_id, now=NOON)
    with database.reading() as session:
        model = session.get_one(SiteModelRow, "news")
    assert (model.weights, model.active, model.labels, model.last_decision_at) == ("", False, 0, None)


def test_erasing_twice_is_erasing_once(database: Database) -> None:
    comment_id = with_comment(database)
    with database.writing() as session:
        assert erase(session, "news", comment_id, now=NOON) is not None
        assert erase(session, "news", comment_id, now=NOON) is None
    with pytest.raises(Gone), database.writing() as session:
        edit(session, "news", comment_id, "Back again.", version=None, now=NOON)


def test_another_sites_comment_cannot_be_touched(database: Database) -> None:
    comment_id = with_comment(database)
    with pytest.raises(NotFound), database.writing() as session:
        erase(session, "blog", comment_id, now=NOON)
