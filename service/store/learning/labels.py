"""Labels: the last decision about each comment of a site, for its current text.

A decision that was undone is no label. Neither is one that rejected all comments of an author or with a link: it says nothing about
their words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.policy.check_input import Author, CheckInput, Page
from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment, RevisionRow, Thread
from service.store.tables.moderation import Decision

#: Only the newest decisions are read, at most this many. Older decisions may no longer fit the site, and memory is limited.
MOST = 10_000
_A_PAGE = 500
_SAY = frozenset({State.APPROVED, State.REJECTED})
#: The columns that `check_input_of` reads.
CHECK_INPUT_COLUMNS = (
    Comment.id, Comment.state, Comment.text, Comment.author_name, Comment.author_url, Comment.email_domain,
    Comment.author_external_id, Comment.author_verified, Thread.title,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpamLabel:
    """The decision that is in force for one comment."""

    comment_id: UUID
    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class Label:
    """A comment as the checks would read it, and whether a moderator rejected it."""

    comment_id: UUID
    reading: CheckInput
    rejected: bool
    at: datetime


def is_spam(session: Session, site_id: str, *, most: int = MOST) -> tuple[list[SpamLabel], datetime | None]:
    """The decisions in force, oldest first, and the time of the newest decision that was read (None if there are no
    decisions)."""
    newest = (
        select(Decision.id, Decision.comment_id, Decision.to_state, Decision.undoes, Decision.at, Decision.together)
        .where(Decision.site_id == site_id)
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(most)
    )
    rows = session.execute(newest).all()[::-1]
    taken_back = {row.undoes for row in rows if row.undoes}
    in_force = {row.comment_id: row for row in rows if row.undoes is None and row.id not in taken_back}
    labels = [SpamLabel(row.comment_id, State(row.to_state), row.at) for row in in_force.values() if _speaks(row)]
    return sorted(labels, key=lambda label: label.at), rows[-1].at if rows else None


def _speaks(row: AnyRow) -> bool:
    """Whether this decision is about the words of its comment."""
    return row.to_state in _SAY and not row.together


def check_input_of(row: AnyRow) -> CheckInput:
    """A comment as the checks would read it, from `CHECK_INPUT_COLUMNS`."""
    author = Author(row.author_name, row.author_url, row.email_domain, row.author_external_id, row.author_verified)
    return CheckInput(row.text, author, Page(title=row.title))


def labels(session: Session, decisions: Sequence[SpamLabel]) -> Iterator[Label]:
    """The labels of these decisions, read page by page. Comments whose text or state has changed since the decision are left
    out."""
    for at in range(0, len(decisions), _A_PAGE):
        yield from _labels(session, decisions[at : at + _A_PAGE])


def _labels(session: Session, decisions: Sequence[SpamLabel]) -> Iterator[Label]:
    ids = [one.comment_id for one in decisions]
    rows = session.execute(
        select(*CHECK_INPUT_COLUMNS)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.id.in_(ids))
    )
    comments = {row.id: row for row in rows}
    rewritten = session.execute(
        select(RevisionRow.comment_id, func.max(RevisionRow.replaced_at))
        .where(RevisionRow.comment_id.in_(ids))
        .group_by(RevisionRow.comment_id)
    )
    changed = {comment_id: at for comment_id, at in rewritten}  # noqa: C416 - a row is no pair to mypy
    for one in decisions:
        row = comments.get(one.comment_id)
        edited = changed.get(one.comment_id)
        if row is None or row.state != one.state or (edited is not None and edited > one.at):
            continue
        yield Label(one.comment_id, check_input_of(row), one.state is State.REJECTED, one.at)
