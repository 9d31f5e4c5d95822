"""Stored comments by the host's own ids of them, also archived ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from service.store.db.bulk import among, plain
from service.store.db.column_types import table
from service.store.tables.archives import ArchivedComment
from service.store.tables.comments import Comment

_COMMENT, _ARCHIVED = table(Comment).c, table(ArchivedComment).c
_SET_PARENT = (
    update(table(Comment))
    .where(_COMMENT.id == bindparam("comment"), _COMMENT.parent_id.is_(None))
    .values(parent_id=bindparam("parent"))
)


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment that is here: its ids, and whether it is a top-level comment in the database, which may get a parent."""

    id: UUID
    thread_id: UUID
    is_top_level: bool


def comments_with(session: Session, site_id: str, external_ids: Collection[str]) -> dict[str, StoredComment]:
    """The stored comments with these ids of the host, by these ids."""
    stored: dict[str, StoredComment] = {}
    if not external_ids:
        return stored
    columns = (_COMMENT.external_id, _COMMENT.id, _COMMENT.thread_id, _COMMENT.parent_id)
    here = (_COMMENT.site_id == site_id, among(session, _COMMENT.external_id, external_ids))
    for name, comment_id, thread_id, parent_id in session.execute(select(*columns).where(*here)):
        stored[name or ""] = StoredComment(comment_id, thread_id, parent_id is None)
    archived = (_ARCHIVED.site_id == site_id, among(session, _ARCHIVED.external_id, set(external_ids) - set(stored)))
    for name, comment_id, thread_id in session.execute(
        select(_ARCHIVED.external_id, _ARCHIVED.id, _ARCHIVED.thread_id).where(*archived)
    ):
        stored[name or ""] = StoredComment(comment_id, thread_id, is_top_level=False)
    return stored


def set_parents(session: Session, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Give top-level comments their parents: (comment, parent)."""
    if pairs:
        plain(session).execute(_SET_PARENT, [{"comment": comment, "parent": parent} for comment, parent in pairs])
