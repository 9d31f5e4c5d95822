"""Recent comments of a site for back-testing a custom rule: their facts, their state, and the decisions about them."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.policy.custom_rules import Facts, PastComment
from service.domain.states import State
from service.domain.text.language import language_of
from service.domain.text.links import count_links
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision

#: A back-test reads at most this many comments, and stops reading after this many seconds.
MOST, SECONDS = 2_000, 2.0
_A_PAGE = 250
_SETTLED = (State.APPROVED, State.HELD, State.REJECTED)


def past_comments(
    session: Session, site_id: str, *, authors: bool, most: int = MOST, seconds: float = SECONDS
) -> list[PastComment]:
    """The latest comments of a site, the newest change first. `authors`: count each author's earlier comments, too."""
    until = time.monotonic() + seconds
    comments: list[PastComment] = []
    after: tuple[datetime, UUID] | None = None
    while len(comments) < most and time.monotonic() < until:
        rows = _page(session, site_id, after, min(_A_PAGE, most - len(comments)))
        if not rows:
            break
        comments += _pasts(session, [row for row in rows if row.state in _SETTLED], authors=authors)
        after = rows[-1].updated_at, rows[-1].id
    return comments


def _page(session: Session, site_id: str, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[AnyRow]:
    query = (
        select(
            Comment.id, Comment.state, Comment.author_name, Comment.text, Comment.context, Comment.received_at, Comment.updated_at,
            Thread.external_id, Thread.created_at,
        )
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.site_id == site_id)
        .order_by(Comment.updated_at.desc(), Comment.id.desc())
        .limit(limit)
    )  # fmt: skip
    return session.execute(query.where(tuple_(Comment.updated_at, Comment.id) < after) if after else query).all()


def _pasts(session: Session, rows: Sequence[AnyRow], *, authors: bool) -> list[PastComment]:
    ids = [row.id for row in rows]
    decisions, before = _decisions(session, ids), _decided_before(session, ids) if authors else {}
    return [
        PastComment(
            _facts(row, *before.get(row.id, (0, 0))), State(row.state), decisions.get(row.id), row.id, row.author_name,
            row.received_at,
        )
        for row in rows
    ]  # fmt: skip


def _facts(row: AnyRow, approved: int, rejected: int) -> Facts:
    return Facts(
        text=row.text,
        thread=row.external_id,
        links=count_links(row.text),
        approved=approved,
        first=approved + rejected == 0,
        thread_days=(row.received_at - row.created_at).total_seconds() / 86_400,
        language=str((row.context or {}).get("language", "")) or language_of(row.text),
    )


def _decisions(session: Session, ids: Sequence[UUID]) -> dict[UUID, State]:
    """For each comment, the last decision that was not undone."""
    columns = (Decision.id, Decision.comment_id, Decision.to_state, Decision.undoes)
    rows = session.execute(select(*columns).where(Decision.comment_id.in_(ids)).order_by(Decision.version)).all()
    taken_back = {row.undoes for row in rows if row.undoes}
    return {row.comment_id: State(row.to_state) for row in rows if row.undoes is None and row.id not in taken_back}


def _decided_before(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """For each of these comments: how many earlier comments of its author were approved and rejected. Only for authors that the
    host vouches for."""
    earlier = aliased(Comment)
    rows = session.execute(
        select(Comment.id, *(func.count(case((earlier.state == state, 1))) for state in (State.APPROVED, State.REJECTED)))
        .join(earlier, (earlier.site_id == Comment.site_id) & (earlier.author_key == Comment.author_key))
        .where(
            Comment.id.in_(ids),
            Comment.author_key != "",
            (Comment.author_external_id != "") | Comment.author_verified,
            earlier.received_at < Comment.received_at,
            earlier.state.in_((State.APPROVED, State.REJECTED)),
        )
        .group_by(Comment.id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
