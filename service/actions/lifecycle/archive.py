"""Archive: comments leave their tables once a file holds them to the letter, and come back from it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.states import State
from service.store.db.bulk import among
from service.store.db.column_types import AnyRow, table
from service.store.lifecycle.archivable import Archivable, leaving
from service.store.lifecycle.archive_rows import CommentRows, is_tombstone, put_back, rows_of_comments, taken_out
from service.store.tables.archives import Archive, ArchivedComment
from service.store.tables.comments import Comment


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of an archive: the id that was made with it, what it is called, and the folder that it was written into."""

    id: UUID
    site_id: str
    name: str
    folder: str
    at: datetime


class Skipped(StrEnum):
    """Why a bundle was not put back."""

    HERE = "here"
    ERASED = "erased"
    LATER = "later"
    FOREIGN = "foreign"


def move_to_archive(session: Session, volume: ArchiveFile, kept: Sequence[CommentRows], old: Archivable) -> int:
    """Take out of the tables what the file holds, comment by comment, and only where both still say the same.

    `kept` was read from the finished file. Whoever is changed at this moment, or was since, stays. Returns how many left.
    """
    there = {bundle.head.comment: bundle for bundle in kept}
    here = rows_of_comments(session, {comment_id: bundle.head.whole for comment_id, bundle in there.items()}, lock=True)
    may = leaving(session, old, [bundle.head.comment for bundle in here])
    moved = [bundle for bundle in here if bundle.head.comment in may and bundle.line == there[bundle.head.comment].line]
    if moved:
        _registered(session, volume).moved += len(moved)
        session.flush()
        _leave_names(session, volume, [bundle for bundle in moved if bundle.head.whole])
        _mark(session, {bundle.head.comment: bundle.head.until for bundle in moved if not bundle.head.whole})
        taken_out(session, moved)
    return len(moved)


def _registered(session: Session, volume: ArchiveFile) -> Archive:
    found = session.get(Archive, volume.id)
    if found is None:
        found = Archive(
            id=volume.id, site_id=volume.site_id, name=volume.name, folder=volume.folder, moved=0, at=volume.at, erased_until=volume.at
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def _leave_names(session: Session, volume: ArchiveFile, whole: Sequence[CommentRows]) -> None:
    rows = [
        {
            "id": bundle.head.comment,
            "site_id": volume.site_id,
            "thread_id": UUID(bundle.comment["thread_id"]),
            "external_id": bundle.comment["external_id"],
            "archive_id": volume.id,
            "erased": is_tombstone(bundle.head),
        }
        for bundle in whole
    ]
    if rows:
        session.execute(insert(table(ArchivedComment)), rows)


def _mark(session: Session, versions: dict[UUID, int]) -> None:
    """Say of comments which of their versions are told of in archives."""
    t = table(Comment)
    statement = update(t).where(t.c.id == bindparam("comment")).values(archived=bindparam("told"))
    if versions:
        session.connection().execute(statement, [{"comment": i, "told": version} for i, version in versions.items()])


def note_archived(session: Session, volume: ArchiveFile) -> int:
    """The file is done with: say so in the log of acts. Returns how many comments left for it in all."""
    moved = session.scalar(select(Archive.moved).where(Archive.id == volume.id)) or 0
    if moved:
        after = {"count": moved, "folder": volume.folder}
        record_audit(session, AuditEvent.COMMENTS_ARCHIVED, site_id=volume.site_id, about=volume.name, after=after)
    return moved


def restore(session: Session, archive_id: UUID, kept: Sequence[CommentRows]) -> tuple[int, Counter[Skipped]]:
    """Put bundles of a file back where they are missing. Returns how many came back, and why others did not.

    What was erased meanwhile stays erased.
    """
    standing = _Standing(session, [bundle.head.comment for bundle in kept])
    whole = [bundle for bundle in kept if bundle.head.whole and standing.left_for(bundle, archive_id)]
    trails = [bundle for bundle in kept if not bundle.head.whole and standing.lacks(bundle)]
    put_back(session, [*whole, *trails])
    names = [bundle.head.comment for bundle in whole]
    session.execute(
        delete(ArchivedComment).where(among(session, ArchivedComment.id, names)).execution_options(synchronize_session=False)
    )
    _mark(session, {bundle.head.comment: bundle.head.since for bundle in trails})
    back = {id(bundle) for bundle in (*whole, *trails)}
    return len(back), Counter(standing.why_not(bundle) for bundle in kept if id(bundle) not in back)


class _Standing:
    """Where the comments of some bundles are at this moment: here, or in which archive."""

    def __init__(self, session: Session, comment_ids: Sequence[UUID]) -> None:
        columns = select(Comment.id, Comment.state, Comment.archived).where(among(session, Comment.id, comment_ids))
        self._here: dict[UUID, AnyRow] = {row.id: row for row in session.execute(columns.with_for_update())}
        names = select(ArchivedComment.id, ArchivedComment.archive_id, ArchivedComment.erased).where(
            among(session, ArchivedComment.id, comment_ids)
        )
        self._gone: dict[UUID, AnyRow] = {row.id: row for row in session.execute(names.with_for_update())}

    def left_for(self, bundle: CommentRows, archive_id: UUID) -> bool:
        name = self._gone.get(bundle.head.comment)
        return name is not None and name.archive_id == archive_id

    def lacks(self, bundle: CommentRows) -> bool:
        """A trail comes back in the order of its versions, the last that left first."""
        row = self._here.get(bundle.head.comment)
        if row is None or (row.state == State.ERASED and not is_tombstone(bundle.head)):
            return False
        return bool(row.archived == bundle.head.until > bundle.head.since)

    def why_not(self, bundle: CommentRows) -> Skipped:
        row, name = self._here.get(bundle.head.comment), self._gone.get(bundle.head.comment)
        if (row or name) is None:
            return Skipped.FOREIGN
        if row is None:
            return Skipped.LATER
        if row.state == State.ERASED and not is_tombstone(bundle.head):
            return Skipped.ERASED
        return Skipped.LATER if row.archived > bundle.head.until else Skipped.HERE


def note_restored(session: Session, volume: ArchiveFile, *, count: int) -> None:
    record_audit(session, AuditEvent.COMMENTS_RESTORED, site_id=volume.site_id, about=volume.name, after={"count": count})


def note_erased(session: Session, volume: ArchiveFile, *, count: int, until: datetime) -> None:
    """The file holds nothing any more of what had been erased here by then."""
    archive = session.get(Archive, volume.id)
    if archive is not None:
        archive.erased_until = max(archive.erased_until, until)
        session.flush()
    if count:
        after = {"count": count, "by": "archive erase"}
        record_audit(session, AuditEvent.COMMENTS_ERASED, site_id=volume.site_id, about=volume.name, after=after)
