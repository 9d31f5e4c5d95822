"""Copies of the whole installation or of one site in one file, for both databases: written, read, and tested."""

import gzip
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.clock import utcnow
from service.commands.support.context import database
from service.commands.support.places import PlacedFile
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.lifecycle import dump, integrity, renamed

_FORMAT, _OLD_FORMAT = "greenroom copy 2", "greenroom copy 1"


def write_copy(file: PlacedFile, site_id: str | None) -> dict[str, int]:
    digest = hashlib.sha256()
    with (
        database().reading() as session,
        file.whole() as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as out,
    ):
        dump.steady(session)
        counts = dump.counts(session, site_id)
        head = {
            "format": _FORMAT,
            "revision": migrate.newest(),
            "at": utcnow().isoformat(),
            "site": site_id,
            "rows": counts,
        }
        out.write(json.dumps(head).encode() + b"\n")
        with _progress(dump.written(session, site_id), counts, file) as lines:
            for line in lines:
                encoded = line.encode() + b"\n"
                digest.update(encoded)
                out.write(encoded)
        out.write(json.dumps({"sha256": digest.hexdigest()}).encode() + b"\n")
    return counts


def read_copy(
    file: PlacedFile, into: Database, site_id: str | None, *, then: Callable[[Session], None] | None = None
) -> dict[str, int]:
    """Store the rows of a copy, and do what comes `then` in the same transaction."""
    head = head_of(file)
    if (of_site := head.get("site")) != site_id:
        raise click.ClickException(f"{file} holds the site {of_site!r}: `greenroom import` adds it")
    try:
        with into.writing() as session, _progress(_read_lines(file), head["rows"], file) as lines:
            stored = dump.read(session, lines, old_names=head["format"] == _OLD_FORMAT)
            if then:
                then(session)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise click.ClickException(f"{file}: {error}; nothing was stored") from error
    except IntegrityError as error:
        raise click.ClickException(f"{file}: some of it is here already ({error.orig}); nothing was stored") from error
    return stored


def checked_copy(file: PlacedFile) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="greenroom-check-") as folder:
        place = Database(f"sqlite:///{Path(folder) / 'check.db'}")
        migrate.upgrade(place)
        stored = read_copy(file, place, head_of(file).get("site"))
        with place.reading() as session:
            for ask in (integrity.gaps, integrity.unchecked, integrity.duplicate_keys):
                if found := ask(session).count:
                    raise click.ClickException(f"{file} is complete, but breaks a promise {found} times ({ask.__name__})")
        place.close()
    return stored


def head_of(file: PlacedFile) -> dict[str, Any]:
    try:
        with file.lines() as lines:
            head = json.loads(next(lines, "null"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    if not isinstance(head, dict) or head.get("format") not in (_FORMAT, _OLD_FORMAT):
        raise click.ClickException(f"{file}: expected a file that `greenroom backup` or `export` wrote")
    expected = migrate.newest() if head["format"] == _FORMAT else renamed.REVISION
    if head.get("revision") != expected:
        raise click.ClickException(
            f"{file} was written at schema {head.get('revision')}, this version reads {expected}: "
            "restore it with the version that wrote it, then `greenroom db upgrade`; before 0100, export each site and import it"
        )
    return head


def _progress(lines: Iterator[str], rows: dict[str, int], file: PlacedFile) -> AbstractContextManager[Iterable[str]]:
    """The lines, and on a terminal how many of the rows have passed."""
    bar: AbstractContextManager[Iterable[str]] = click.progressbar(
        lines, length=sum(rows.values()), label=str(file), file=sys.stderr, hidden=not sys.stderr.isatty(), update_min_steps=500
    )
    return bar


def _read_lines(file: PlacedFile) -> Iterator[str]:
    """The rows of a copy. Raises ValueError if the end line is missing or its checksum is wrong."""
    digest, end = hashlib.sha256(), ""
    with file.lines() as lines:
        next(lines)
        for line in lines:
            if line.startswith("["):
                digest.update(line.encode())
                yield line
            else:
                end = line
    if not end or json.loads(end) != {"sha256": digest.hexdigest()}:
        raise ValueError("it is cut short or was changed")


def summary(counts: dict[str, int], what: str) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"{what}: {rows or 'nothing'}"
