"""Edit and erase one's own comment: only for a while, and not against a decision."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.comments.edit_erase import edit, erase
from service.domain.errors import Conflict
from service.domain.states import State
from service.store.comments.listing import comment_of
from service.store.comments.transitions import Change
from service.store.lifecycle.archives import absent
from service.store.tables.comments import Comment

#: How long authors may change what they sent.
CHANGEABLE = timedelta(minutes=30)
_STATES = frozenset({State.PENDING, State.HELD, State.APPROVED})


def changeable_until(comment: Comment) -> datetime | None:
    """Until when the author may edit or erase this comment; None if it was rejected or erased."""
    return comment.received_at + CHANGEABLE if comment.state in _STATES else None


def edit_own(session: Session, site_id: str, comment_id: UUID, text: str, *, now: datetime) -> Change:
    """Replace the text, as the host could. Raises NotFound, InArchive, Gone, or Conflict if it is too late."""
    comment = _present(session, site_id, comment_id)
    _expect_changeable(comment, now)
    return edit(session, site_id, comment_id, text, version=comment.version, now=now)


def erase_own(session: Session, site_id: str, comment_id: UUID, *, now: datetime) -> Change | None:
    """Erase it, as the host could. Returns None if it was erased before. Raises NotFound, InArchive, or Conflict if it is too
    late."""
    comment = _present(session, site_id, comment_id)
    if comment.state == State.ERASED:
        return None
    _expect_changeable(comment, now)
    return erase(session, site_id, comment_id, now=now)


def _present(session: Session, site_id: str, comment_id: UUID) -> Comment:
    """The comment as it is now. The session forgets it, so that a change reads it again under its lock."""
    row = comment_of(session, site_id, comment_id)
    if row is None:
        raise absent(session, site_id, comment_id)
    session.expunge(row.comment)
    return row.comment


def _expect_changeable(comment: Comment, now: datetime) -> None:
    until = changeable_until(comment)
    if until is None:
        raise Conflict("this comment was rejected or erased, so it cannot be changed any more")
    if now >= until:
        raise Conflict("a comment can be changed for 30 minutes only")
