"""The archive folder: archive files, which are never incomplete, and the manifest with their checksums."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from service.actions.lifecycle.archive import ArchiveFile
from service.commands.support.places import Place, PlacedFile
from service.crash import CrashPoint, crash_point
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.lifecycle.archive_rows import CommentRows
from service.store.lifecycle.dump import written_down

FORMAT = "greenroom archive 1"
MANIFEST = "manifest.json"


class Damaged(Exception):
    """An archive file is missing, damaged or not the expected one. The message names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The manifest's entry for one file. `moved`: all rows of the file that may leave the database have been deleted from the
    database."""

    name: str
    archive: str
    site: str
    at: str
    revision: str
    comments: int
    rows: dict[str, int]
    bytes: int
    sha256: str
    moved: bool = False

    def archive_file(self, place: Place) -> ArchiveFile:
        return ArchiveFile(UUID(self.archive), self.site, self.name, place.address, datetime.fromisoformat(self.at))


class ArchiveFolder:
    """A folder of archive files and their manifest, on this machine or in object storage."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @contextmanager
    def alone(self, database: Database, *, is_new: bool = False) -> Iterator[Self]:
        """Lock the folder against other writers. Raises Damaged if another process has the lock, or if nothing was archived there and
        `is_new` is false."""
        if not is_new:
            self.demand()
        with self.place.alone(database) as is_ours:
            if not is_ours:
                raise Damaged(f"{self.place}: another `greenroom archive` is at work here")
            listed = self._manifest()
            for entry in self.entries():
                if entry != listed.get(entry.name):
                    self.keep(entry)
            yield self

    def demand(self) -> None:
        """Raises Damaged if nothing was ever archived there: who names the wrong folder must not read that nothing was found."""
        archived = any(name.endswith(".jsonl.gz") for name in self.place.names() or ())
        if not (archived or self.place.exists(MANIFEST)):
            raise Damaged(f"{self.place}: expected a folder that `greenroom archive` wrote")

    def entries(self) -> list[Entry]:
        """The entries of all files, oldest first. After a crash the manifest may have no entry for a file, or an outdated one.
        Then the file is read to make its entry."""
        known, names = self._manifest(), self.place.names() or ()
        found = [self._newest(name, known.get(name)) for name in names if name.endswith(".jsonl.gz")]
        missing = [entry for name, entry in known.items() if name not in names]
        return sorted([*found, *missing], key=lambda entry: (entry.at, entry.name))

    def keep(self, entry: Entry) -> None:
        """Store this entry in the manifest (the whole file is rewritten)."""
        entries = {**self._manifest(), entry.name: entry}
        listed = {"format": FORMAT, "files": [asdict(entries[name]) for name in sorted(entries)]}
        with self.place.whole(MANIFEST) as file:
            file.write(json.dumps(listed, indent=1).encode() + b"\n")

    def free_name(self, site_id: str, before: datetime) -> str:
        taken = {*(self.place.names() or ()), *self._manifest()}
        names = (f"{site_id}-{before:%Y-%m-%d}-{n:04d}.jsonl.gz" for n in range(1, 10_000_000))
        return next(name for name in names if name not in taken)

    def write(self, archive_file: ArchiveFile, bundles: Iterable[CommentRows]) -> Entry:
        """Write one file with these comments. On return it is synced to disk, read back and in the manifest."""
        head = {"format": FORMAT, "revision": migrate.newest(), "archive": str(archive_file.id), "site": archive_file.site_id,
                "name": archive_file.name, "at": archive_file.at.isoformat()}  # fmt: skip
        with self.place.whole(archive_file.name) as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as out:
            _write_lines(out, head, bundles)
        crash_point(CrashPoint.SHELVED)
        entry = self._read_entry(archive_file.name)
        self.keep(entry)
        return entry

    def rewrite(self, entry: Entry, stays: Callable[[list[CommentRows]], list[CommentRows]]) -> int:
        """Rewrite one file with only the comments that `stays` returns. Returns how many were removed; if none, the file is not
        changed."""
        count = 0
        head = {**json.loads(next(self._lines(entry.name))), "instead_of": entry.sha256}
        with self.place.whole(entry.name, lambda: count > 0) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:

            def kept() -> Iterator[CommentRows]:
                nonlocal count
                for some in self.read(entry, at_once=500, strictly=False):
                    left = stays(some)
                    count += len(some) - len(left)
                    yield from left

            _write_lines(out, head, kept())
        crash_point(CrashPoint.REWRITTEN)
        written = replace(self._read_entry(entry.name), moved=entry.moved)
        if written != entry:
            self.keep(written)
        return count

    def read(self, entry: Entry, *, at_once: int, strictly: bool = True) -> Iterator[list[CommentRows]]:
        """The comments of a file, `at_once` per list. Raises Damaged if the file does not match the manifest."""
        if strictly:
            self.check(entry)
        some: list[CommentRows] = []
        for line in _bundles(self._file(entry.name)):
            some.append(CommentRows(line))
            if len(some) >= at_once:
                yield some
                some = []
        if some:
            yield some

    def check(self, entry: Entry) -> None:
        """Read a file to its end and compare it with the manifest. Raises Damaged."""
        where = self.place.where(entry.name)
        if not self.place.exists(entry.name):
            raise Damaged(f"{where}: this file is missing")
        if replace(self._read_entry(entry.name), moved=entry.moved) != entry:
            raise Damaged(f"{where}: this file is complete, but not the one that the manifest knows")

    def _manifest(self) -> dict[str, Entry]:
        if not self.place.exists(MANIFEST):
            return {}
        try:
            with self.place.open(MANIFEST) as file:
                listed = json.load(file)
            return {entry["name"]: Entry(**entry) for entry in listed["files"]}
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged(f"{self.place.where(MANIFEST)}: expected a manifest of an archive: {error}") from None

    def _newest(self, name: str, listed: Entry | None) -> Entry:
        """The entry of a file: from the manifest, or from the file itself if it was written or rewritten after the manifest."""
        if listed is None:
            return self._read_entry(name)
        try:
            if json.loads(next(self._lines(name))).get("instead_of") == listed.sha256:
                return replace(self._read_entry(name), moved=listed.moved)
        except Damaged:
            pass
        return listed

    def _read_entry(self, name: str) -> Entry:
        """Make the manifest entry of this file by reading the file to its end."""
        comments, rows = 0, Counter[str]()
        for line in _bundles(self._file(name)):
            comments += 1
            rows.update({table: len(some) for table, some in CommentRows(line).rows.items()})
        head = json.loads(next(self._lines(name)))
        with self.place.open(name) as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        return Entry(
            name=name, archive=head["archive"], site=head["site"], at=head["at"], revision=head["revision"],
            comments=comments, rows=dict(sorted(rows.items())), bytes=size, sha256=digest,
        )  # fmt: skip

    def _file(self, name: str) -> PlacedFile:
        return PlacedFile(self.place, name)

    def _lines(self, name: str) -> Iterator[str]:
        return _read_lines(self._file(name))


def _write_lines(out: gzip.GzipFile, head: dict[str, Any], bundles: Iterable[CommentRows]) -> None:
    digest, count = hashlib.sha256(), 0
    out.write(written_down(head).encode() + b"\n")
    for bundle in bundles:
        line = bundle.line.encode() + b"\n"
        digest.update(line)
        out.write(line)
        count += 1
        crash_point(CrashPoint.BUNDLED)
    out.write(written_down({"end": count, "sha256": digest.hexdigest()}).encode() + b"\n")


def _bundles(file: PlacedFile) -> Iterator[str]:
    """The lines between head and end. Raises Damaged if the end line is missing or its count or checksum is wrong."""
    digest, count, end = hashlib.sha256(), 0, ""
    lines = _read_lines(file)
    next(lines)
    for line in lines:
        if line.startswith('{"end":'):
            end = line
            break
        digest.update(line.encode() + b"\n")
        count += 1
        yield line
    if not end or json.loads(end) != {"end": count, "sha256": digest.hexdigest()} or next(lines, None) is not None:
        raise Damaged(f"{file}: it is cut short or was changed")


def _read_lines(file: PlacedFile) -> Iterator[str]:
    try:
        with file.lines() as lines:
            head = next(lines, "")
            if not head.startswith("{") or json.loads(head).get("format") != FORMAT:
                raise Damaged(f"{file}: expected a file that `greenroom archive` wrote")
            yield head.rstrip("\n")
            for line in lines:
                yield line.rstrip("\n")
    except (OSError, ValueError) as error:
        raise Damaged(f"{file}: {error}") from error
