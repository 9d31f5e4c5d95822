"""Archive: delete comments from the database once a file holds exactly the same rows, and restore them from the file."""

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
from service.store.db.site_keys import site_of
from service.store.lifecycle.archivable import Archivable, leaving
from service.store.lifecycle.archive_rows import CommentRows, is_tombstone, put_back, rows_of_comments, taken_out
from service.store.reports.archived_figures import changed_figures
from service.store.tables.archives import Archive, ArchivedComment
from service.store.tables.comments import Comment


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One archive file: its id, its name, and the folder that it was written into."""

    id: UUID
    site_id: str
    name: str
    folder: str
    at: datetime


class Skipped(StrEnum):
    """Why an archive row was not restored."""

    HERE = "here"
    ERASED = "erased"
    LATER = "later"
    FOREIGN = "foreign"


def move_to_archive(session: Session, archive_file: ArchiveFile, kept: Sequence[CommentRows], old: Archivable) -> int:
    """Delete the rows that the file holds. The rows of a comment are deleted only if they are still the same in the file and in
    the database.

    `kept` was read from the finished file. A comment stays if it is locked, or changed after the file was written. Returns how
    many comments were moved.
    """
    in_file = {row.head.comment: row for row in kept}
    in_tables = rows_of_comments(
        session, {comment_id: row.head.whole for comment_id, row in in_file.items()}, lock_of=archive_file.site_id
    )
    may_leave = leaving(session, old, [row.head.comment for row in in_tables])
    moved = [row for row in in_tables if row.head.comment in may_leave and row.line == in_file[row.head.comment].line]
    if moved:
        archive = _registered(session, archive_file)
        archive.moved += len(moved)
        archive.figures = changed_figures(archive.figures, moved, by=1)
        session.flush()
        _leave_names(session, archive_file, [bundle for bundle in moved if bundle.head.whole])
        _mark(session, {bundle.head.comment: bundle.head.until for bundle in moved if not bundle.head.whole})
        taken_out(session, moved)
    return len(moved)


def _registered(session: Session, archive_file: ArchiveFile) -> Archive:
    archive = session.get(Archive, archive_file.id)
    if archive is None:
        archive = Archive(
            id=archive_file.id, site_id=archive_file.site_id, name=archive_file.name, folder=archive_file.folder, moved=0, figures={}, at=archive_file.at, erased_until=archive_file.at
        )  # fmt: skip
        session.add(archive)
        session.flush()
    return archive


def _leave_names(session: Session, archive_file: ArchiveFile, whole: Sequence[CommentRows]) -> None:
    rows = [
        {
            "id": bundle.head.comment,
            "site_id": archive_file.site_id,
            "thread_id": UUID(bundle.comment["thread_id"]),
            "external_id": bundle.comment["external_id"],
            "archive_id": archive_file.id,
            "erased": is_tombstone(bundle.head),
        }
        for bundle in whole
    ]
    if rows:
        session.execute(insert(table(ArchivedComment)), rows)


def _mark(session: Session, versions: dict[UUID, int]) -> None:
    """Store for each comment the version up to which its trail is archived."""
    t = table(Comment)
    statement = update(t).where(t.c.id == bindparam("comment")).values(archived=bindparam("told"))
    if versions:
        session.connection().execute(statement, [{"comment": i, "told": version} for i, version in versions.items()])


def note_archived(session: Session, archive_file: ArchiveFile) -> int:
    """Write the audit entry for a finished file, unless it is empty. Returns how many comments were moved into it."""
    moved = session.scalar(select(Archive.moved).where(Archive.id == archive_file.id)) or 0
    if moved:
        after = {"count": moved, "folder": archive_file.folder}
        record_audit(session, AuditEvent.COMMENTS_ARCHIVED, site_id=archive_file.site_id, target=archive_file.name, after=after)
    return moved


def restore(session: Session, archive_id: UUID, kept: Sequence[CommentRows]) -> tuple[int, Counter[Skipped]]:
    """Restore the archive rows of a file that are not in the database. Returns how many were restored, and how many were not, by
    reason.

    A comment that was erased meanwhile stays erased.
    """
    standing = _Standing(session, kept[0].site_id if kept else "", [bundle.head.comment for bundle in kept])
    whole = [bundle for bundle in kept if bundle.head.whole and standing.left_for(bundle, archive_id)]
    trails = [bundle for bundle in kept if not bundle.head.whole and standing.lacks(bundle)]
    put_back(session, [*whole, *trails])
    if archive := session.get(Archive, archive_id):
        archive.figures = changed_figures(archive.figures, [*whole, *trails], by=-1)
    names = [bundle.head.comment for bundle in whole]
    session.execute(
        delete(ArchivedComment).where(among(session, ArchivedComment.id, names)).execution_options(synchronize_session=False)
    )
    _mark(session, {bundle.head.comment: bundle.head.since for bundle in trails})
    back = {id(bundle) for bundle in (*whole, *trails)}
    return len(back), Counter(standing.why_not(bundle) for bundle in kept if id(bundle) not in back)


class _Standing:
    """Where the comments of some archive rows are now: in the comment table, or in an archive, and in which one."""

    def __init__(self, session: Session, site_id: str, comment_ids: Sequence[UUID]) -> None:
        columns = select(Comment.id, Comment.state, Comment.archived).where(
            among(session, Comment.id, comment_ids), site_of(Comment) == site_id
        )
        self._here: dict[UUID, AnyRow] = {row.id: row for row in session.execute(columns.with_for_update())}
        names = select(ArchivedComment.id, ArchivedComment.archive_id, ArchivedComment.erased).where(
            among(session, ArchivedComment.id, comment_ids), site_of(ArchivedComment) == site_id
        )
        self._gone: dict[UUID, AnyRow] = {row.id: row for row in session.execute(names.with_for_update())}

    def left_for(self, bundle: CommentRows, archive_id: UUID) -> bool:
        name = self._gone.get(bundle.head.comment)
        return name is not None and name.archive_id == archive_id

    def lacks(self, bundle: CommentRows) -> bool:
        """Whether this trail can be restored now. Several trails of a comment are restored in reverse order: the one that was
        archived last comes first."""
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


def note_restored(session: Session, archive_file: ArchiveFile, *, count: int) -> None:
    record_audit(
        session, AuditEvent.COMMENTS_RESTORED, site_id=archive_file.site_id, target=archive_file.name, after={"count": count}
    )


def note_erased(session: Session, archive_file: ArchiveFile, *, count: int, until: datetime) -> None:
    """Record that this archive file no longer holds comments that were erased in the database before `until`."""
    archive = session.get(Archive, archive_file.id)
    if archive is not None:
        archive.erased_until = max(archive.erased_until, until)
        session.flush()
    if count:
        after = {"count": count, "by": "archive erase"}
        record_audit(session, AuditEvent.COMMENTS_ERASED, site_id=archive_file.site_id, target=archive_file.name, after=after)
