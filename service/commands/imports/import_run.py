"""Reads a file of old comments and stores it in batches, each a transaction. A run that was killed goes on when it is started again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from service.actions.comments.import_old import Imported, import_comments, join_replies, preview_import
from service.commands.imports.import_report import ImportReport
from service.commands.imports.source_file import SourceFault, SourceFile
from service.domain.imports.old_comment import OldComment, Reading
from service.domain.imports.source_comment import LeftOut, Omission, SourceComment
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database

#: Comments in one transaction. On SQLite other writers wait while it is written.
BATCH = 250
#: Seconds that a batch waits for the write lock of SQLite.
_PATIENCE = 60.0


@dataclass(slots=True)
class ImportRun:
    """An import into one site. `tick` is called after each batch with the position in the file. `is_dry`: nothing is stored."""

    database: Database
    site_id: str
    reading: Reading
    pseudonyms: Pseudonymizer
    now: datetime
    report: ImportReport
    is_dry: bool = False
    _seen: dict[str, UUID] = field(default_factory=dict)
    _orphans: list[tuple[str, str]] = field(default_factory=list)
    _has_orphans: bool = False

    def read(
        self, file: SourceFile, comments: Callable[[SourceFile], Iterator[SourceComment]], tick: Callable[[int], None]
    ) -> None:
        """Import the whole file, then once more only the replies, if the parent of one was not here before it. Raises SourceFault."""
        for batch in self._batches(comments(file), self.report.leave_out):
            self._note(self._preview(batch) if self.is_dry else self._store(batch))
            tick(file.position)
        if self.is_dry:
            for comment_id, parent in self._orphans:
                if parent not in self._seen:
                    self.report.omit(comment_id, Omission.PARENT)
        elif self._has_orphans:
            self._join(comments(file))

    def _store(self, batch: list[OldComment]) -> Imported:
        with self.database.writing(patience=_PATIENCE) as session:
            return import_comments(session, self.site_id, batch, pseudonyms=self.pseudonyms, now=self.now)

    def _preview(self, batch: list[OldComment]) -> Imported:
        with self.database.reading() as session:
            imported = preview_import(session, self.site_id, batch, seen=self._seen)
        self._orphans += [(comment.id, comment.draft.parent) for comment in imported.orphans]
        return imported

    def _note(self, imported: Imported) -> None:
        self.report.present += imported.present
        self._has_orphans |= bool(imported.orphans)
        for comment in imported.new:
            self.report.add_new(comment)
        for comment in imported.taken:
            self.report.leave_out(comment.id, LeftOut.ID_TAKEN)

    def _join(self, comments: Iterator[SourceComment]) -> None:
        replies = (comment for comment in comments if comment.parent)
        for batch in self._batches(replies, lambda _id, _why: None):
            with self.database.writing(patience=_PATIENCE) as session:
                orphans = join_replies(session, self.site_id, batch)
            for comment in orphans:
                self.report.omit(comment.id, Omission.PARENT)

    def _batches(
        self, comments: Iterator[SourceComment], leave_out: Callable[[str, LeftOut], None]
    ) -> Iterator[list[OldComment]]:
        for some in _parts(comments):
            batch = []
            for source in some:
                comment = self.reading.comment(source, now=self.now)
                if isinstance(comment, LeftOut):
                    leave_out(source.id, comment)
                else:
                    batch.append(comment)
            yield batch


def _parts(comments: Iterator[SourceComment]) -> Iterator[list[SourceComment]]:
    """Up to BATCH comments at a time; of a broken file also those just before the break."""
    some: list[SourceComment] = []
    try:
        for comment in comments:
            some.append(comment)
            if len(some) >= BATCH:
                yield some
                some = []
    except SourceFault:
        yield some
        raise
    yield some
