"""The replies that come with a page of a feed: a bounded number, spread fairly, with a mark where more of them are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, exists, literal, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.comments.feed import Published, approved_comments, as_published
from service.store.comments.listing import Position
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment

_ROOT, _CHILD, _SELF = aliased(Comment), aliased(Comment), aliased(Comment)
#: The place of a comment among its siblings.
_place = tuple_(_CHILD.received_at, _CHILD.id)


@dataclass(frozen=True, slots=True)
class Replies:
    """Replies, each after its parent, and the oldest of a parent first.

    `more`: the comments of the page that have further replies, and the position after which these begin; None if none is here.
    """

    comments: Sequence[Published]
    more: Mapping[UUID, Position | None]


def replies_to(session: Session, site_id: str, roots: Sequence[UUID], *, most: int, most_text: int) -> Replies:
    """Approved replies below these roots: at most `most`, with at most `most_text` characters in all.

    Replies below a comment that is not approved are left out. Only as many rows are read as are returned: each comment leads to
    its first reply and to its next sibling, by index. So every comment gets its oldest replies before any gets many.
    """
    order = _walk(session, site_id, roots, most) if roots else []
    rows = session.execute(approved_comments(site_id).where(Comment.id.in_(order)))
    by_id = {row.id: as_published(row) for row in rows}
    comments, text = [], 0
    for comment in (by_id[comment_id] for comment_id in order if comment_id in by_id):
        text += len(comment.text)
        if text > most_text:
            break
        comments.append(comment)
    whole = len(order) < most and len(comments) == len(order)
    return Replies(comments, {} if whole else _more(session, site_id, roots, comments))


def _walk(session: Session, site_id: str, roots: Sequence[UUID], most: int) -> list[UUID]:
    """The ids of the replies, breadth first, where the next sibling is as far away as the first reply."""
    below = (
        select(_first_reply(site_id, _ROOT.id).label("id"))
        .where(site_of(_ROOT) == site_id, _ROOT.id.in_(roots))
        .cte("below", recursive=True)
    )
    steps = select(literal(0).label("step")).union_all(select(literal(1))).subquery("steps")
    onward = case((steps.c.step == 0, _first_reply(site_id, below.c.id)), else_=_next_sibling(site_id, below.c.id))
    below = below.union_all(select(onward).select_from(below.join(steps, true())).where(below.c.id.is_not(None)))
    # Without an ORDER BY here: both databases make the rows in this order, and stop at the limit.
    return list(session.scalars(select(below.c.id).where(below.c.id.is_not(None)).limit(most)))


def _more(session: Session, site_id: str, roots: Sequence[UUID], comments: Sequence[Published]) -> dict[UUID, Position | None]:
    last = {comment.parent: comment for comment in comments if comment.parent is not None}
    childless = [comment_id for comment_id in (*roots, *(comment.id for comment in comments)) if comment_id not in last]
    reply = exists().where(_CHILD.parent_id == Comment.id, site_of(_CHILD) == site_id, _CHILD.state == State.APPROVED)
    more: dict[UUID, Position | None] = dict.fromkeys(session.scalars(_ids(site_id, childless).where(reply)))
    ends = {comment.id: (parent, Position(comment.received_at, comment.id)) for parent, comment in last.items()}
    for comment_id in session.scalars(_ids(site_id, list(ends)).where(_next_sibling(site_id, Comment.id).is_not(None))):
        parent, place = ends[comment_id]
        more[parent] = place
    return more


def _ids(site_id: str, comments: Sequence[UUID]) -> Select[UUID]:
    return select(Comment.id).where(site_of(Comment) == site_id, Comment.id.in_(comments))


def _first_reply(site_id: str, of: ColumnElement[UUID] | Any) -> ScalarSelect[UUID]:
    return _children(site_id, _CHILD.parent_id == of)


def _next_sibling(site_id: str, of: ColumnElement[UUID] | Any) -> ScalarSelect[UUID]:
    mine = (_SELF.id == of, _SELF.site_id == site_id)
    parent = select(_SELF.parent_id).where(*mine).correlate_except(_SELF)
    place = select(_SELF.received_at, _SELF.id).where(*mine).correlate_except(_SELF)
    return _children(site_id, _CHILD.parent_id == parent.scalar_subquery(), _place > place.scalar_subquery())


def _children(site_id: str, *conditions: ColumnElement[bool]) -> ScalarSelect[UUID]:
    query = select(_CHILD.id).where(*conditions, site_of(_CHILD) == site_id, _CHILD.state == State.APPROVED)
    return query.order_by(_CHILD.received_at, _CHILD.id).limit(1).correlate_except(_CHILD).scalar_subquery()
