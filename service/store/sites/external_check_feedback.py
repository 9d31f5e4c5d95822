"""Corrections: decisions of moderators that contradict an external check, each with its comment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.policy.check_input import Author, CheckInput, Circumstances, Page
from service.domain.states import State
from service.store.tables.comments import Comment, Thread, VerdictRow
from service.store.tables.external_checks import BREAKER, ExternalCheckRow
from service.store.tables.moderation import Decision
from service.store.tables.sites import Site

#: The rejection reasons that mean spam. Insults do not.
SPAM_REASONS = frozenset({"spam", "advertising"})


@dataclass(frozen=True, slots=True)
class Listener:
    """An external check that is enabled and responds, with its settings and the time up to which it received feedback."""

    site_id: str
    name: str
    address: str
    secret: str
    model: str
    seconds: float
    feedback_until: datetime
    blog: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A comment on which a moderator and the service disagree. `unwanted`: the moderator called it spam and the service did not;
    else the other way round."""

    comment_id: UUID
    reading: CheckInput
    unwanted: bool


def listeners(session: Session, names: Sequence[str]) -> list[Listener]:
    """The external checks with these names that may receive feedback."""
    rows = session.execute(
        select(ExternalCheckRow, Site.origins)
        .join(Site, Site.id == ExternalCheckRow.site_id)
        .where(ExternalCheckRow.name.in_(names), ExternalCheckRow.enabled.is_(True), ExternalCheckRow.failures < BREAKER)
    )
    return [
        Listener(row.site_id, row.name, row.url, row.secret, row.model, row.timeout, row.feedback_until or row.created_at,
                 next(iter(origins), ""))
        for row, origins in rows
    ]  # fmt: skip


def corrections(session: Session, one: Listener, *, until: datetime, most: int) -> tuple[list[Correction], datetime | None]:
    """The next corrections to report to this service, and the time of the last decision that was read (None if there are no new
    decisions)."""
    rows = session.execute(
        select(Decision.at, Decision.to_state, Decision.reason, Comment, Thread, VerdictRow.reasons)
        .join(Comment, (Comment.id == Decision.comment_id) & (Comment.site_id == Decision.site_id))
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .outerjoin(
            VerdictRow,
            (VerdictRow.comment_id == Comment.id)
            & (VerdictRow.site_id == Comment.site_id)
            & (VerdictRow.revision == Comment.revision),
        )
        .where(Decision.site_id == one.site_id, Decision.at > one.feedback_until, Decision.at <= until, Decision.undoes.is_(None))
        .order_by(Decision.at, Decision.id)
        .limit(most)
    ).all()
    corrected: list[Correction] = []
    for row in rows:
        called_spam = any(r.get("check") == one.name and r.get("status") == "ran" for r in row.reasons or ())
        # A decision that was undone, or replaced by a later one, does not count.
        if row.Comment.state != row.to_state:
            continue
        if row.to_state == State.REJECTED and row.reason in SPAM_REASONS and not called_spam:
            corrected.append(Correction(row.Comment.id, _reading(row.Comment, row.Thread), unwanted=True))
        elif row.to_state == State.APPROVED and called_spam:
            corrected.append(Correction(row.Comment.id, _reading(row.Comment, row.Thread), unwanted=False))
    return corrected, rows[-1].at if rows else None


def _reading(comment: Comment, thread: Thread) -> CheckInput:
    context = comment.context or {}
    return CheckInput(
        comment.text,
        Author(
            comment.author_name, comment.author_url, comment.email_domain, comment.author_external_id, comment.author_verified
        ),
        Page(thread.external_id, thread.url, thread.title),
        Circumstances(
            user_agent=context.get("user_agent", ""), referrer=context.get("referrer", ""), language=context.get("language", "")
        ),
    )
