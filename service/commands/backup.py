"""`greenroom backup`, `restore`, `export` and `import`: the whole installation or one site in one file, for both databases."""

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import IntegrityError

from service.actions.audit_log import record_audit
from service.clock import utcnow
from service.commands.support.context import database
from service.commands.support.person import export_person
from service.domain.audit_events import AuditEvent
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.lifecycle import dump, integrity, renamed
from service.store.tables.sites import Site

_FORMAT, _OLD_FORMAT = "greenroom copy 2", "greenroom copy 1"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Back up the whole database into FILE, while Greenroom runs. The copy is a consistent snapshot.

    Check it with `restore --check`. The root secret is not in it: keep that somewhere else. Without the root secret, endpoint
    secrets and keyed hashes are useless.

    Example: greenroom backup /backups/greenroom-$(date +%F).jsonl.gz
    """
    counts = _write(file, None)
    _note(AuditEvent.BACKUP_WRITTEN, None)
    click.echo(_summary(counts, f"written to {file}"))


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--check", is_flag=True, help="Only test FILE: read it to its end, restore it into a temporary database, and verify that."
)
def restore(file: Path, *, check: bool) -> None:
    """Restore a backup from FILE into the empty database of the settings, completely or not at all.

    \b
    Examples:
      greenroom restore --check /backups/greenroom-2026-03-01.jsonl.gz
      DATABASE_URL=postgresql://… greenroom restore /backups/greenroom-2026-03-01.jsonl.gz
    """
    if check:
        click.echo(_summary(_checked(file), f"{file} is complete, and what it holds keeps its promises"))
        return
    migrate.upgrade(database())
    with database().reading() as session:
        if any(dump.counts(session).values()):
            raise click.ClickException("expected an empty database: name another with DATABASE_URL or GREENROOM_HOME")
    counts = _read(file, database(), None)
    _note(AuditEvent.BACKUP_RESTORED, None)
    click.echo(_summary(counts, "restored"))


@click.command("export")
@click.argument("site_id", metavar="SITE")
@click.argument("file", type=_FILE)
@click.option("--person", default="", metavar="WHO", help="Only what is stored of a person, as JSON that they can read.")
def export(site_id: str, file: Path, person: str) -> None:
    """Export SITE into FILE: comments, verdicts, decisions, events, endpoints, keys (as hashes).

    With --person, FILE gets what is stored of one person, for whom it is: their comments, what became of them, and the reports that
    they sent. WHO is an e-mail address, an IP address, or the host's id of a person. FILE `-` is the standard output.

    \b
    Examples:
      greenroom export news news.jsonl.gz
      greenroom export news dana.json --person dana@example.org
    """
    with database().reading() as session:
        if session.get(Site, site_id) is None:
            raise click.ClickException(f"no site {site_id!r}")
    if person:
        export_person(site_id, person, file)
        return
    counts = _write(file, site_id)
    _note(AuditEvent.SITE_EXPORTED, site_id)
    click.echo(_summary(counts, f"written to {file}"))


@click.command("import")
@click.argument("file", type=_FILE)
def import_(file: Path) -> None:
    """Add the site in FILE to this installation, completely or not at all.

    The secrets of its endpoints are encrypted with the root secret of the other installation. If yours is another one, rotate
    the secrets.

    Example: greenroom import news.jsonl.gz
    """
    site_id = str(_head(file).get("site") or "")
    if not site_id:
        raise click.ClickException(f"{file} holds a whole installation: `greenroom restore` puts it back")
    with database().reading() as session:
        if session.get(Site, site_id) is not None:
            raise click.ClickException(f"site {site_id!r} exists here already")
    counts = _read(file, database(), site_id)
    _note(AuditEvent.SITE_IMPORTED, site_id)
    click.echo(_summary(counts, f"site {site_id} added"))


def _note(event: AuditEvent, site_id: str | None) -> None:
    with database().writing() as session:
        record_audit(session, event, site_id=site_id, target=site_id or "")


def _write(file: Path, site_id: str | None) -> dict[str, int]:
    """Write to a temporary file first, then rename it, so that an incomplete copy never looks like a complete one."""
    beside = file.with_name(file.name + ".part")
    digest = hashlib.sha256()
    with database().reading() as session, _private(beside) as out:
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
        for line in dump.written(session, site_id):
            encoded = line.encode() + b"\n"
            digest.update(encoded)
            out.write(encoded)
        out.write(json.dumps({"sha256": digest.hexdigest()}).encode() + b"\n")
    beside.replace(file)
    return counts


@contextmanager
def _private(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file that only its owner may read. It is synced to disk (fsync) when the block ends."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as out:
            yield out
        raw.flush()
        os.fsync(raw.fileno())


def _read(file: Path, into: Database, site_id: str | None) -> dict[str, int]:
    head = _head(file)
    if (of_site := head.get("site")) != site_id:
        raise click.ClickException(f"{file} holds the site {of_site!r}: `greenroom import` adds it")
    try:
        with into.writing() as session:
            stored = dump.read(session, _read_lines(file), old_names=head["format"] == _OLD_FORMAT)
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise click.ClickException(f"{file}: {error}; nothing was stored") from error
    except IntegrityError as error:
        raise click.ClickException(f"{file}: some of it is here already ({error.orig}); nothing was stored") from error
    return stored


def _checked(file: Path) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="greenroom-check-") as folder:
        place = Database(f"sqlite:///{Path(folder) / 'check.db'}")
        migrate.upgrade(place)
        stored = _read(file, place, _head(file).get("site"))
        with place.reading() as session:
            for ask in (integrity.gaps, integrity.unchecked, integrity.duplicate_keys):
                if found := ask(session).count:
                    raise click.ClickException(f"{file} is complete, but breaks a promise {found} times ({ask.__name__})")
        place.close()
    return stored


def _head(file: Path) -> dict[str, Any]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            head = json.loads(next(lines, "null"))
    except (OSError, ValueError, EOFError) as error:
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


def _read_lines(file: Path) -> Iterator[str]:
    """The rows of a copy. Raises ValueError if the end line is missing or its checksum is wrong."""
    digest, end = hashlib.sha256(), ""
    with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        next(lines)
        for line in lines:
            if line.startswith("["):
                digest.update(line.encode())
                yield line
            else:
                end = line
    if not end or json.loads(end) != {"sha256": digest.hexdigest()}:
        raise ValueError("it is cut short or was changed")


def _summary(counts: dict[str, int], what: str) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"{what}: {rows or 'nothing'}"
