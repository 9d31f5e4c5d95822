"""Recheck: a host sends a comment again. No second comment is stored: the stored comment gets the host's id, and a new text
replaces the old text."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, update
from sqlalchemy.orm import Session, aliased

from service.actions.comments.edit_erase import edit
from service.domain.states import State
from service.store.comments.find_sent_before import Sent
from service.store.db.column_types import AnyRow
from service.store.tables.archives import ArchivedComment
from service.store.tables.comments import Comment


def has_news(sent: Sent, row: AnyRow, *, edited: bool) -> bool:
    """Whether a comment that was sent again brings anything new. `edited`: a different text counts as new."""
    return bool(sent.external_id and row.external_id is None) or _has_new_words(sent, row, edited=edited)


def note_recheck(session: Session, sent: Sent, row: AnyRow, *, edited: bool, now: datetime) -> bool:
    """Store the host's id if the comment has none, and replace a changed text. Returns whether the text changed: then the comment
    is checked again.

    Raises Conflict if the comment changed since it was read.
    """
    if sent.external_id and row.external_id is None:
        _name(session, sent.site_id, row.id, sent.external_id)
    if not _has_new_words(sent, row, edited=edited):
        return False
    edit(session, sent.site_id, row.id, sent.text, version=row.version, now=now)
    return True


def _has_new_words(sent: Sent, row: AnyRow, *, edited: bool) -> bool:
    return edited and row.state != State.ERASED and not sent.is_said_in(row)


def _name(session: Session, site_id: str, comment_id: UUID, external_id: str) -> None:
    """Set the host's id, unless another comment in the database or in an archive has this id: two blogs of one site may use the
    same numbers."""
    other = aliased(Comment)
    taken = exists().where(other.site_id == site_id, other.external_id == external_id)
    archived = exists().where(ArchivedComment.site_id == site_id, ArchivedComment.external_id == external_id)
    session.execute(
        update(Comment)
        .where(Comment.id == comment_id, Comment.site_id == site_id, Comment.external_id.is_(None), ~taken, ~archived)
        .values(external_id=external_id)
        .execution_options(synchronize_session=False)
    )
