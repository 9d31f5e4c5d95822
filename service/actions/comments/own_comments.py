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
    return edit(session, site_id, comment_id, text, version=_changeable(session, site_id, comment_id, now).version, now=now)


def erase_own(session: Session, site_id: str, comment_id: UUID, *, now: datetime) -> Change | None:
    """Erase it, as the host could. Returns None if it was erased before. Raises NotFound, InArchive, or Conflict if it is too
    late."""
    row = comment_of(session, site_id, comment_id)
    if row and row.comment.state == State.ERASED:
        return None
    _changeable(session, site_id, comment_id, now)
    return erase(session, site_id, comment_id, now=now)


def _changeable(session: Session, site_id: str, comment_id: UUID, now: datetime) -> Comment:
    row = comment_of(session, site_id, comment_id)
    if row is None:
        raise absent(session, site_id, comment_id)
    until = changeable_until(row.comment)
    if until is None:
        raise Conflict("this comment was rejected or erased, so it cannot be changed any more")
    if now >= until:
        raise Conflict("a comment can be changed for 30 minutes only")
    session.expunge(row.comment)
    return row.comment
