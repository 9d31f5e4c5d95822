"""The archive folder: archive files, which are never incomplete, and the manifest with their checksums."""

import fcntl
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from service.actions.lifecycle.archive import ArchiveFile
from service.commands.support.whole_file import whole_file
from service.crash import CrashPoint, crash_point
from service.store.db import migrate
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

    def archive_file(self, folder: Path) -> ArchiveFile:
        return ArchiveFile(UUID(self.archive), self.site, self.name, str(folder.resolve()), datetime.fromisoformat(self.at))


class ArchiveFolder:
    """A folder of archive files and their manifest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def alone(self) -> Iterator[Self]:
        """Lock the folder against other writers. Raises Damaged if another process has the lock."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Damaged(f"{self.folder}: another `greenroom archive` is at work here") from None
            for left in self.folder.glob("*.part"):
                left.unlink()
            listed = self._manifest()
            for entry in self.entries():
                if entry != listed.get(entry.name):
                    self.keep(entry)
            yield self

    def entries(self) -> list[Entry]:
        """The entries of all files, oldest first. After a crash the manifest may have no entry for a file, or an outdated one.
        Then the file is read to make its entry."""
        known = self._manifest()
        if not known and not self.folder.is_dir():
            raise Damaged(f"{self.folder}: expected a folder that `greenroom archive` wrote")
        found = [self._newest(path, known.get(path.name)) for path in self.folder.glob("*.jsonl.gz")]
        missing = [entry for name, entry in known.items() if not (self.folder / name).exists()]
        return sorted([*found, *missing], key=lambda entry: (entry.at, entry.name))

    def keep(self, entry: Entry) -> None:
        """Store this entry in the manifest (the whole file is rewritten)."""
        entries = {**self._manifest(), entry.name: entry}
        listed = {"format": FORMAT, "files": [asdict(entries[name]) for name in sorted(entries)]}
        with whole_file(self.folder / MANIFEST) as file:
            file.write(json.dumps(listed, indent=1).encode() + b"\n")

    def free_name(self, site_id: str, before: datetime) -> str:
        taken = {path.name for path in self.folder.iterdir()} | set(self._manifest())
        names = (f"{site_id}-{before:%Y-%m-%d}-{n:04d}.jsonl.gz" for n in range(1, 10_000_000))
        return next(name for name in names if name not in taken)

    def write(self, archive_file: ArchiveFile, bundles: Iterable[CommentRows]) -> Entry:
        """Write one file with these comments. On return it is synced to disk, read back and in the manifest."""
        head = {"format": FORMAT, "revision": migrate.newest(), "archive": str(archive_file.id), "site": archive_file.site_id,
                "name": archive_file.name, "at": archive_file.at.isoformat()}  # fmt: skip
        path = self.folder / archive_file.name
        with whole_file(path) as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as out:
            _write_lines(out, head, bundles)
        crash_point(CrashPoint.SHELVED)
        entry = self._read_entry(path)
        self.keep(entry)
        return entry

    def rewrite(self, entry: Entry, stays: Callable[[list[CommentRows]], list[CommentRows]]) -> int:
        """Rewrite one file with only the comments that `stays` returns. Returns how many were removed; if none, the file is not
        changed."""
        path, count = self.folder / entry.name, 0
        head = {**json.loads(next(_read_lines(path))), "instead_of": entry.sha256}
        with whole_file(path, only_if=lambda: count > 0) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:

            def kept() -> Iterator[CommentRows]:
                nonlocal count
                for some in self.read(entry, at_once=500, strictly=False):
                    left = stays(some)
                    count += len(some) - len(left)
                    yield from left

            _write_lines(out, head, kept())
        crash_point(CrashPoint.REWRITTEN)
        written = replace(self._read_entry(path), moved=entry.moved)
        if written != entry:
            self.keep(written)
        return count

    def read(self, entry: Entry, *, at_once: int, strictly: bool = True) -> Iterator[list[CommentRows]]:
        """The comments of a file, `at_once` per list. Raises Damaged if the file does not match the manifest."""
        if strictly:
            self.check(entry)
        some: list[CommentRows] = []
        for line in _bundles(self.folder / entry.name):
            some.append(CommentRows(line))
            if len(some) >= at_once:
                yield some
                some = []
        if some:
            yield some

    def check(self, entry: Entry) -> None:
        """Read a file to its end and compare it with the manifest. Raises Damaged."""
        path = self.folder / entry.name
        if not path.exists():
            raise Damaged(f"{path}: this file is missing")
        if replace(self._read_entry(path), moved=entry.moved) != entry:
            raise Damaged(f"{path}: this file is complete, but not the one that the manifest knows")

    def _manifest(self) -> dict[str, Entry]:
        path = self.folder / MANIFEST
        if not path.exists():
            return {}
        try:
            listed = json.loads(path.read_text())
            return {entry["name"]: Entry(**entry) for entry in listed["files"]}
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged(f"{path}: expected a manifest of an archive: {error}") from None

    def _newest(self, path: Path, listed: Entry | None) -> Entry:
        """The entry of a file: from the manifest, or from the file itself if it was written or rewritten after the manifest."""
        if listed is None:
            return self._read_entry(path)
        try:
            if json.loads(next(_read_lines(path))).get("instead_of") == listed.sha256:
                return replace(self._read_entry(path), moved=listed.moved)
        except Damaged:
            pass
        return listed

    def _read_entry(self, path: Path) -> Entry:
        """Make the manifest entry of this file by reading the file to its end."""
        comments, rows = 0, Counter[str]()
        for line in _bundles(path):
            comments += 1
            rows.update({name: len(some) for name, some in CommentRows(line).rows.items()})
        head = json.loads(next(_read_lines(path)))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Entry(
            name=path.name, archive=head["archive"], site=head["site"], at=head["at"], revision=head["revision"],
            comments=comments, rows=dict(sorted(rows.items())), bytes=path.stat().st_size, sha256=digest,
        )  # fmt: skip


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


def _bundles(path: Path) -> Iterator[str]:
    """The lines between head and end. Raises Damaged if the end line is missing or its count or checksum is wrong."""
    digest, count, end = hashlib.sha256(), 0, ""
    lines = _read_lines(path)
    next(lines)
    for line in lines:
        if line.startswith('{"end":'):
            end = line
            break
        digest.update(line.encode() + b"\n")
        count += 1
        yield line
    if not end or json.loads(end) != {"end": count, "sha256": digest.hexdigest()} or next(lines, None) is not None:
        raise Damaged(f"{path}: it is cut short or was changed")


def _read_lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            head = next(lines, "")
            if not head.startswith("{") or json.loads(head).get("format") != FORMAT:
                raise Damaged(f"{path}: expected a file that `greenroom archive` wrote")
            yield head.rstrip("\n")
            for line in lines:
                yield line.rstrip("\n")
    except (OSError, ValueError, EOFError) as error:
        raise Damaged(f"{path}: {error}") from error
