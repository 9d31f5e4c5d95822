"""A page of a feed is bounded in replies, text and rows, and what is left out can be asked for."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from service.domain.ids import thread_id
from service.domain.states import State
from service.store.comments.feed import FeedSlice, published_in
from service.store.comments.feed_replies import replies_to
from service.store.comments.listing import Position
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from tests.support.factories import draft, site, submitted

PAGE = thread_id("news", "page")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        site(session)
        yield session


def published(session: Session, *, parent: UUID | None = None, many: int = 1, text: str = "Words.") -> list[UUID]:
    ids = submitted(session, *(draft(f"{text} {n}", parent=str(parent or "")) for n in range(many)))
    session.execute(update(Comment).where(Comment.id.in_(ids)).values(state=State.APPROVED))
    return ids


def everything(session: Session, *, limit: int, most: int, most_text: int = 10_000, scan: int | None = None) -> list[UUID]:
    """Every comment of the thread, by following every cursor and every mark of further replies."""
    found: list[UUID] = []
    todo: list[tuple[UUID | None, Position | None]] = [(None, None)]
    while todo:
        parent, after = todo.pop()
        asked = FeedSlice(after, limit, newest_first=False, roots=True, parent=parent)
        part = published_in(session, "news", PAGE, asked, most_text=most_text, scan=scan)
        assert len(part.comments) <= limit
        replies = replies_to(session, "news", [comment.id for comment in part.comments], most=most, most_text=most_text)
        assert len(replies.comments) <= most
        found += [comment.id for comment in (*part.comments, *replies.comments)]
        todo += replies.more.items()
        if part.rest:
            todo.append((parent, part.rest))
    return found


def test_no_reply_is_lost_and_none_comes_twice(session: Session) -> None:
    roots = published(session, many=3)
    for parent in (roots[0], *published(session, parent=roots[0], many=4), roots[2]):
        for reply in published(session, parent=parent, many=3):
            published(session, parent=reply)
    for limits in ({"limit": 2, "most": 3}, {"limit": 1, "most": 1}, {"limit": 50, "most": 500}, {"limit": 2, "most": 5, "scan": 4},
                   {"limit": 2, "most": 4, "most_text": 20}):  # fmt: skip
        found = everything(session, **limits)
        assert len(found) == len(set(found)) == 3 + 4 + 6 * (3 + 3)


def test_every_parent_comes_before_its_replies_and_each_gets_its_oldest_first(session: Session) -> None:
    first, second = published(session, many=2)
    many = published(session, parent=first, many=20)
    few = published(session, parent=second, many=2)
    deep = published(session, parent=many[0])
    replies = replies_to(session, "news", [first, second], most=8, most_text=10_000)
    ids = [comment.id for comment in replies.comments]
    assert set(ids) >= {*many[:4], *few, *deep}
    assert [i for i in ids if i in many] == many[: len([i for i in ids if i in many])]
    assert set(replies.more) == {first}
    assert replies.more[first].id == [i for i in ids if i in many][-1]


def test_replies_below_what_is_not_approved_are_left_out(session: Session) -> None:
    (root,) = published(session)
    (held,) = submitted(session, draft("Held.", parent=str(root)))
    published(session, parent=held)
    replies = replies_to(session, "news", [root], most=1, most_text=10_000)
    assert (replies.comments, replies.more) == ([], {})


def test_a_long_text_ends_a_page_but_never_leaves_it_empty(session: Session) -> None:
    published(session, many=3, text="Long words. " * 10)
    part = published_in(session, "news", PAGE, FeedSlice(None, 50, newest_first=False, roots=True), most_text=1, scan=None)
    assert len(part.comments) == 1
    assert part.rest == part.comments[0].place
