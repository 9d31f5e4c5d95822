"""Archiving: old comments go from the database into volumes, come back, and are erased in both."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
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
from service.commands.support.archive_files import ArchiveFolder, Damaged, Entry
from service.crash import CrashPoint, crash_point
from service.domain.ids import new_id
from service.store.db.engine import Database
from service.store.lifecycle.archivable import Archivable, archivable, leaving
from service.store.lifecycle.archive_rows import CommentRows, is_tombstone, rows_of_comments
from service.store.lifecycle.archives import erased_among, known_among
from service.store.lifecycle.find_by_person import PersonFilter
from service.store.lifecycle.integrity import take_time

#: Charts look back so far, and nothing that is younger may leave.
YOUNGEST = timedelta(days=31)
#: Comments of one file, and those that one transaction moves: fewer on SQLite, where everybody else waits meanwhile.
A_FILE, AT_ONCE, ON_SQLITE = 10_000, 200, 50

Say = Callable[[str], None]


@dataclass
class Archiving:
    """A shelf, the database that it belongs to, and how to tell a person of what goes on."""

    shelf: ArchiveFolder
    database: Database
    say: Say

    def finish(self) -> None:
        """Go on where an earlier run was cut off: whatever a file holds by now may leave."""
        for entry in self.shelf.entries():
            if not entry.moved:
                self.say(f"{entry.name}: an earlier run did not finish with this file")
                self._ours(entry)
                self._move(entry, datetime.now(UTC) - YOUNGEST)

    def fill(self, site_id: str, before: datetime) -> list[Entry]:
        """Move what is older than this into new files, and say which these are."""
        filled: list[Entry] = []
        source = _Source(self._old(site_id, before), self.database)
        while source.anything_more():
            volume = ArchiveFile(
                new_id(), site_id, self.shelf.free_name(site_id, before), str(self.shelf.folder.resolve()), datetime.now(UTC)
            )
            entry = self.shelf.write(volume, source.next_ones(A_FILE))
            self.say(
                f"{entry.name}: {entry.comments:,} comments, {sum(entry.rows.values()):,} rows, {entry.bytes / 1e6:.1f} MB on disk"
            )
            filled.append(self._move(entry, before))
        return filled

    def _old(self, site_id: str, before: datetime) -> Archivable:
        with self.database.reading() as session:
            take_time(session)
            return Archivable.of(session, site_id, before=before, now=datetime.now(UTC))

    def _move(self, entry: Entry, before: datetime) -> Entry:
        """Rows leave only here: the file is complete, on the disk, and was read back. As long as others write, it rests in between."""
        volume, old = entry.volume(self.shelf.folder), self._old(entry.site, before)
        for some in self.shelf.read(entry, at_once=ON_SQLITE if self.database.on_sqlite else AT_ONCE):
            began = time.monotonic()
            with self.database.writing() as session:
                take_time(session)
                move_to_archive(session, volume, some, old)
            crash_point(CrashPoint.MOVED)
            time.sleep(time.monotonic() - began)
        with self.database.writing() as session:
            moved = note_archived(session, volume)
        stayed = entry.comments - moved
        if stayed:
            # They were touched since the file was written, which is not to tell of them.
            self.shelf.rewrite(entry, self._left)
        (entry,) = (one for one in self.shelf.entries() if one.name == entry.name)
        self.shelf.keep(replace(entry, moved=True))
        self.say(f"{entry.name}: {moved:,} comments moved" + (f", {stayed:,} stay: somebody changed them" if stayed else ""))
        return entry

    def bring_back(self, wanted: Callable[[CommentRows], bool], site_id: str = "") -> tuple[int, Counter[Skipped]]:
        """Put what is wanted back, the newest file first. Returns how many bundles came back, and why others did not."""
        count, skipped = 0, Counter[Skipped]()
        for entry in self._of(site_id):
            here = 0
            for some in self.shelf.read(entry, at_once=AT_ONCE):
                if chosen := [bundle for bundle in some if wanted(bundle)]:
                    with self.database.writing() as session:
                        take_time(session)
                        back, others = restore(session, UUID(entry.archive), chosen)
                    here, skipped = here + back, skipped + others
            if here:
                with self.database.writing() as session:
                    note_restored(session, entry.volume(self.shelf.folder), count=here)
            self.say(f"{entry.name}: {here:,} put back")
            count += here
        return count, skipped

    def erase(self, *, dry_run: bool = False) -> dict[str, int]:
        """Take out of the files whatever was erased in the database. Returns how many bundles of which file went."""
        gone: dict[str, int] = {}
        for entry in self._of(""):
            now = datetime.now(UTC)
            if dry_run:
                count = sum(len(some) - len(self._unerased(some)) for some in self.shelf.read(entry, at_once=500))
            else:
                count = self.shelf.rewrite(entry, self._unerased)
                with self.database.writing() as session:
                    note_erased(session, entry.volume(self.shelf.folder), count=count, until=now)
            if count:
                gone[entry.name] = count
        return gone

    def holding(self, site_id: str, whose: PersonFilter) -> dict[UUID, str]:
        """The comments of a person that stand in these files as a whole, and in which."""
        return {
            bundle.head.comment: entry.name
            for entry in self._of(site_id)
            for some in self.shelf.read(entry, at_once=AT_ONCE)
            for bundle in some
            if bundle.head.whole and not is_tombstone(bundle.head) and whose.fits(bundle.comment)
        }

    def _of(self, site_id: str) -> list[Entry]:
        return [entry for entry in reversed(self.shelf.entries()) if entry.site == site_id or not site_id]

    def _ours(self, entry: Entry) -> None:
        """Another installation has to finish its own files: to us they would look as if nothing had left for them."""
        some = next(self.shelf.read(entry, at_once=AT_ONCE), [])
        if some and not self._known(some):
            raise Damaged(f"{entry.name}: this database knows none of its comments: is this folder another installation's?")

    def _known(self, some: list[CommentRows]) -> dict[UUID, int | None]:
        with self.database.reading() as session:
            return known_among(session, [bundle.head.comment for bundle in some])

    def _left(self, some: list[CommentRows]) -> list[CommentRows]:
        """All but those that still stand here as the file has them."""
        known = self._known(some)
        stays = {i for i, told in known.items() if told is not None}
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
    """The bundles of what is old, page by page, each page a moment of its own."""

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
