"""Moves old comments from the database into archive files and back, and erases them in both."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service.actions.lifecycle.archive import (
    ArchiveFile,
    Skipped,
    move_to_archive,
    note_archived,
    note_erased,
    note_restored,
    restore,
)
from service.clock import utcnow
from service.commands.support.archive_files import ArchiveFolder, Damaged, Entry
from service.crash import CrashPoint, crash_point
from service.domain.ids import new_id
from service.store.db.engine import Database
from service.store.lifecycle.archivable import Archivable, archivable, leaving
from service.store.lifecycle.archive_rows import CommentRows, is_tombstone, rows_of_comments
from service.store.lifecycle.archives import erased_among, known_among
from service.store.lifecycle.find_by_person import PersonFilter
from service.store.lifecycle.integrity import take_time

#: Comments younger than this may not be archived, because the charts show this much of the past.
YOUNGEST = timedelta(days=31)
#: Maximum number of comments per file (A_FILE) and per transaction (AT_ONCE). On SQLite a transaction has fewer (ON_SQLITE),
#: because all other writers wait for it.
A_FILE, AT_ONCE, ON_SQLITE = 10_000, 200, 50

Say = Callable[[str], None]


@dataclass
class Archiving:
    """An archive folder, its database, and a function that prints progress."""

    archive_folder: ArchiveFolder
    database: Database
    say: Say

    def finish(self) -> None:
        """Finish what an interrupted run began: delete rows that are already in a complete file."""
        for entry in self.archive_folder.entries():
            if not entry.moved:
                self.say(f"{entry.name}: an earlier run did not finish with this file")
                self._ours(entry)
                self._move(entry, utcnow() - YOUNGEST)

    def fill(self, site_id: str, before: datetime) -> list[Entry]:
        """Move a site's comments that are older than `before` into new files. Returns the entries of these files."""
        filled: list[Entry] = []
        source = _Source(self._old(site_id, before), self.database)
        while source.anything_more():
            archive_file = ArchiveFile(
                new_id(), site_id, self.archive_folder.free_name(site_id, before), self.archive_folder.place.address, utcnow()
            )
            entry = self.archive_folder.write(archive_file, source.next_ones(A_FILE))
            self.say(
                f"{entry.name}: {entry.comments:,} comments, {sum(entry.rows.values()):,} rows, {entry.bytes / 1e6:.1f} MB on disk"
            )
            filled.append(self._move(entry, before))
        return filled

    def _old(self, site_id: str, before: datetime) -> Archivable:
        with self.database.reading() as session:
            take_time(session)
            return Archivable.of(session, site_id, before=before, now=utcnow())

    def _move(self, entry: Entry, before: datetime) -> Entry:
        """Delete the rows of one file from the database. No other code deletes archived rows. At this point the file is complete,
        synced to disk and read back.

        Pauses after each transaction for as long as it took, so that other writers get their turn.
        """
        archive_file, old = entry.archive_file(self.archive_folder.place), self._old(entry.site, before)
        for some in self.archive_folder.read(entry, at_once=ON_SQLITE if self.database.on_sqlite else AT_ONCE):
            began = time.monotonic()
            with self.database.writing() as session:
                take_time(session)
                move_to_archive(session, archive_file, some, old)
            crash_point(CrashPoint.MOVED)
            time.sleep(time.monotonic() - began)
        with self.database.writing() as session:
            moved = note_archived(session, archive_file)
        stayed = entry.comments - moved
        if stayed:
            # Some comments changed after the file was written, and stayed in the database. Remove their old versions from the
            # file.
            self.archive_folder.rewrite(entry, self._remaining)
        (entry,) = (one for one in self.archive_folder.entries() if one.name == entry.name)
        self.archive_folder.keep(replace(entry, moved=True))
        self.say(f"{entry.name}: {moved:,} comments moved" + (f", {stayed:,} stay: somebody changed them" if stayed else ""))
        return entry

    def bring_back(self, wanted: Callable[[CommentRows], bool], site_id: str = "") -> tuple[int, Counter[Skipped]]:
        """Restore the comments that `wanted` selects, newest file first. Returns how many were restored, and counts of the
        skipped ones by reason."""
        count, skipped = 0, Counter[Skipped]()
        for entry in self._of(site_id):
            here = 0
            for some in self.archive_folder.read(entry, at_once=AT_ONCE):
                if chosen := [bundle for bundle in some if wanted(bundle)]:
                    with self.database.writing() as session:
                        take_time(session)
                        back, others = restore(session, UUID(entry.archive), chosen)
                    here, skipped = here + back, skipped + others
            if here:
                with self.database.writing() as session:
                    note_restored(session, entry.archive_file(self.archive_folder.place), count=here)
            self.say(f"{entry.name}: {here:,} put back")
            count += here
        return count, skipped

    def erase(self, *, dry_run: bool = False) -> dict[str, int]:
        """Comments that were erased in the database are removed from the files, too. Returns how many were removed, by file
        name."""
        gone: dict[str, int] = {}
        for entry in self._of(""):
            now = utcnow()
            if dry_run:
                count = sum(len(some) - len(self._unerased(some)) for some in self.archive_folder.read(entry, at_once=500))
            else:
                count = self.archive_folder.rewrite(entry, self._unerased)
                with self.database.writing() as session:
                    note_erased(session, entry.archive_file(self.archive_folder.place), count=count, until=now)
            if count:
                gone[entry.name] = count
        return gone

    def holding(self, site_id: str, whose: PersonFilter) -> dict[UUID, str]:
        """The comments of a person that were archived completely, with the names of their files."""
        return {
            bundle.head.comment: entry.name
            for entry in self._of(site_id)
            for some in self.archive_folder.read(entry, at_once=AT_ONCE)
            for bundle in some
            if bundle.head.whole and not is_tombstone(bundle.head) and whose.fits(bundle.comment)
        }

    def _of(self, site_id: str) -> list[Entry]:
        return [entry for entry in reversed(self.archive_folder.entries()) if entry.site == site_id or not site_id]

    def _ours(self, entry: Entry) -> None:
        """Raises Damaged if this database knows none of the file's comments: then the folder belongs to another installation."""
        some = next(self.archive_folder.read(entry, at_once=AT_ONCE), [])
        if some and not self._already_archived(some):
            raise Damaged(f"{entry.name}: this database knows none of its comments: is this folder another installation's?")

    def _already_archived(self, some: list[CommentRows]) -> dict[UUID, int | None]:
        with self.database.reading() as session:
            return known_among(session, [bundle.head.comment for bundle in some])

    def _remaining(self, some: list[CommentRows]) -> list[CommentRows]:
        """The comments to keep in the file: all except those whose rows in the file were not deleted from the database."""
        known = self._already_archived(some)
        stays = {comment for comment, version in known.items() if version is not None}
        return [
            one
            for one in some
            if one.head.comment not in stays or (not one.head.whole and (known[one.head.comment] or 0) >= one.head.until)
        ]

    def _unerased(self, some: list[CommentRows]) -> list[CommentRows]:
        with self.database.reading() as session:
            erased = erased_among(session, [bundle.head.comment for bundle in some])
        return [bundle for bundle in some if bundle.head.comment not in erased or is_tombstone(bundle.head)]


class _Source:
    """Reads archivable comments page by page, each page in its own read transaction."""

    def __init__(self, old: Archivable, database: Database) -> None:
        self._old, self._database = old, database
        self._after: tuple[datetime, UUID] | None = None
        self._waiting: list[CommentRows] = []

    def anything_more(self) -> bool:
        while not self._waiting:
            with self._database.reading() as session:
                take_time(session)
                rows = archivable(session, self._old, after=self._after, limit=AT_ONCE)
                may = leaving(session, self._old, [row.id for row in rows])
                self._waiting = rows_of_comments(session, {row.id: row.whole for row in rows if row.id in may})
            if not rows:
                return False
            self._after = rows[-1].updated_at, rows[-1].id
        return True

    def next_ones(self, limit: int) -> Iterator[CommentRows]:
        while limit > 0 and self.anything_more():
            some, self._waiting = self._waiting[:limit], self._waiting[limit:]
            limit -= len(some)
            yield from some
