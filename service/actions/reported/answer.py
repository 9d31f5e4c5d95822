"""A moderator answers the reports of a comment: it stays, or it is removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.moderation.decide import Actor, Decided, Ruling, decide
from service.actions.reported.close import Closing, close_reports
from service.domain.errors import AlreadyDecided, Fault, NotFound, Refusal
from service.domain.states import State
from service.store.reported.reports import open_reports
from service.store.tables.comments import Comment
from service.store.tables.reported import ReportState


def keep_reported(
    session: Session,
    site_id: str,
    comment_id: UUID,
    report_ids: Sequence[UUID],
    *,
    version: int | None,
    moderator_id: UUID,
    message: str = "",
    now: datetime,
    delay: timedelta,
) -> None:
    """Dismiss the reports that the moderator saw: the comment stays. If it was held, it is published again. `message` is
    for the reporters: the mails are made when they are sent, so they contain it.

    Raises NotFound, or AlreadyDecided if the comment has changed since the version that the moderator saw.
    """
    comment = _locked(session, site_id, comment_id)
    if version is not None and comment.version != version:
        fault = Fault(
            "/version", "stale", f"expected the current version {comment.version}, in which the comment is {comment.state}"
        )
        raise AlreadyDecided("somebody changed this comment since you saw it; look at it again", fault)
    seen = [report for report in open_reports(session, site_id, [comment_id]) if report.id in set(report_ids)]
    actor = Actor(moderator_id=moderator_id)
    decision_id = None
    if comment.state != State.APPROVED:
        [outcome] = decide(session, site_id, [Ruling(comment_id, State.APPROVED, version)], actor=actor, now=now, delay=delay)
        if isinstance(outcome, Refusal):
            raise outcome
        decision_id = outcome.decision_id
    left = [report for report in seen if report.state == ReportState.OPEN]
    closing = Closing(ReportState.DISMISSED, decision_id)
    close_reports(session, left, closing, now=now, due_at=now + delay, moderator_id=moderator_id)
    for report in seen:
        report.note = message


def remove_reported(
    session: Session,
    site_id: str,
    comment_id: UUID,
    *,
    version: int | None,
    action_id: UUID,
    moderator_id: UUID,
    reason: str,
    note: str = "",
    now: datetime,
    delay: timedelta,
) -> Decided:
    """Remove a reported comment, or confirm that the checks have rejected it since. All its open reports are upheld. Raises the
    refusal of the decision."""
    ruling = Ruling(comment_id, State.REJECTED, version, reason, note, confirms=True)
    actor = Actor(moderator_id=moderator_id)
    [outcome] = decide(session, site_id, [ruling], actor=actor, now=now, delay=delay, action_id=action_id)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _locked(session: Session, site_id: str, comment_id: UUID) -> Comment:
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id).with_for_update())
    if comment is None or comment.state == State.ERASED:
        raise NotFound("no such comment on this site")
    return comment
