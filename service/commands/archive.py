"""`greenroom archive`: moves old comments from the database into files, and back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click
from sqlalchemy import select

from service.clock import utcnow
from service.commands.support.archive_files import ArchiveFolder, Damaged
from service.commands.support.archiver import YOUNGEST, Archiving
from service.commands.support.context import database
from service.commands.support.places import Place, PlaceType
from service.commands.support.storage_errors import StorageProblem
from service.store.db import migrate
from service.store.lifecycle.archivable import Archivable, StaysReason, numbers
from service.store.lifecycle.integrity import take_time
from service.store.tables.sites import Site

#: The tables from which archiving removes rows.
TABLES = ("comment", "verdict", "revision", "event", "delivery", "attempt", "decision")
_WHY = {
    StaysReason.UNTOLD: "have a webhook that is due or dead: replay it, or remove its endpoint",
    StaysReason.LEARNED_FROM: "were decided on by a person, and the site still learns from that",
    StaysReason.PINNED: "have a note, an escalation, a ban or a trust",
    StaysReason.RETENTION: "wait for retention to erase them, or to forget their authors",
}
_FOLDER = PlaceType(click.Path(file_okay=False))
_EXISTING = PlaceType(click.Path(file_okay=False, exists=True))
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _days(_context: click.Context, _option: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    if not value.removesuffix("d").isdecimal():
        raise click.BadParameter(f"expected days like 365 or 365d, got {value!r}")
    return timedelta(days=int(value.removesuffix("d")))


@click.group(invoke_without_command=True)
@click.option(
    "--to", "folder", type=_FOLDER, help="The folder that the files go into, or s3://bucket/prefix; it may hold earlier ones."
)
@click.option("--site", "site_ids", multiple=True, help="Of this site only; may be repeated. Default: of all.")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="Comments without any change since this day (UTC).")
@click.option("--older-than", callback=_days, metavar="DAYS", help="The same in days, like 365d.")
@click.option("--dry-run", is_flag=True, help="Print what would be archived and what would stay, and why; change nothing.")
@click.option(
    "--rewrite",
    is_flag=True,
    help="Rewrite the tables, so that the disk space is free at once; locks them meanwhile. Without it, new rows reuse the space.",
)
@_as_json
@click.pass_context
def archive(
    context: click.Context, folder: Place | None, site_ids: tuple[str, ...], before: datetime | None, older_than: timedelta | None,
    *, dry_run: bool, rewrite: bool, as_json: bool,
) -> None:  # fmt: skip
    """Move old, finished comments from the database into files, while Greenroom runs.

    The trail of every old comment is moved: verdicts, earlier versions of the text, decisions, events and their deliveries.
    Rejected and erased comments are moved completely once they are a year old. Approved comments stay in the database, where
    readers find them.

    No row is deleted before a complete file holds it and was read back. If the command is killed, run it again.

    \b
    Examples:
      greenroom archive --older-than 365d --dry-run
      greenroom archive --before 2026-01-01 --site tribune --to /archive/tribune
      greenroom archive --older-than 365d --to s3://archives/greenroom
      greenroom archive check /archive/tribune
      greenroom archive restore /archive/tribune
    """
    if context.invoked_subcommand:
        return
    if (before is None) == (older_than is None):
        raise click.UsageError("expected one of --before and --older-than")
    moment = before.replace(tzinfo=UTC) if before else utcnow() - (older_than or YOUNGEST)
    if moment > utcnow() - YOUNGEST:
        raise click.UsageError(f"expected a day at least {YOUNGEST.days} days ago: charts and undo need what is younger")
    _current_schema()
    sites = _sites(site_ids)
    if dry_run:
        _say_dry(sites, moment, as_json=as_json)
        return
    if folder is None:
        raise click.UsageError("expected --to FOLDER")
    _run(folder, sites, moment, rewrite=rewrite, as_json=as_json)


def _run(folder: Place, sites: list[str], before: datetime, *, rewrite: bool, as_json: bool) -> None:
    with _at_work(folder, is_new=True) as work:
        work.finish()
        filled = [one for site_id in sites for one in work.fill(site_id, before)]
    moved = sum(entry.comments for entry in filled)
    free = 0
    if rewrite:
        click.echo("rewriting the tables", err=True)
        for statement in database().checkpoint(TABLES):
            click.echo(f"this account may not say {statement}: let one do so that may", err=True)
    elif moved:
        free = database().reuse(TABLES)
    if as_json:
        files = [{"name": one.name, "comments": one.comments, "rows": one.rows, "bytes": one.bytes} for one in filled]
        click.echo(json.dumps({"comments": moved, "files": files, "free_bytes": free}))
        return
    click.echo(f"{moved:,} comments of {', '.join(sites)} moved into {len(filled)} files in {folder}")
    if free:
        click.echo(f"{free / 1e6:.1f} MB of the database's file are free for new rows; --rewrite makes the file smaller")


def _say_dry(sites: list[str], before: datetime, *, as_json: bool) -> None:
    now, found = utcnow(), {}
    with database().reading() as session:
        take_time(session)
        for site_id in sites:
            found[site_id] = numbers(session, Archivable.of(session, site_id, before=before, now=now))
    if as_json:
        click.echo(json.dumps(found))
        return
    for site_id, counts in found.items():
        click.echo(
            f"{site_id}: {counts.get('trail', 0):,} comments would leave their trail, {counts.get('whole', 0):,} leave altogether"
        )
        for reason, why in _WHY.items():
            if count := counts.get(reason):
                click.echo(f"  {count:,} stay as they are: they {why}")


@archive.command()
@click.argument("folder", type=_EXISTING)
@_as_json
def check(folder: Place, *, as_json: bool) -> None:
    """Read every file in FOLDER to its end and compare it with the manifest. Exit code 1 if one is missing or damaged.

    Needs no database.
    """
    with _reported():
        archive_folder = ArchiveFolder(folder)
        archive_folder.demand()
        entries = archive_folder.entries()
    wrong: dict[str, str] = {}
    for entry in entries:
        try:
            archive_folder.check(entry)
        except Damaged as damage:
            wrong[entry.name] = str(damage)
        if not as_json:
            state = wrong.get(entry.name) or f"{entry.comments:,} comments, {sum(entry.rows.values()):,} rows"
            unfinished = "" if entry.moved else "; not finished: run `greenroom archive` again"
            click.echo(f"{'WRONG' if entry.name in wrong else 'ok   '} {entry.name}  {state}{unfinished}")
    if as_json:
        click.echo(json.dumps({"ok": not wrong, "files": [entry.name for entry in entries], "wrong": wrong}))
    if wrong:
        raise SystemExit(1)


@archive.command()
@click.argument("folder", type=_EXISTING)
@click.option("--site", "site_id", default="", help="Of this site only.")
@click.option("--comment", "comments", type=click.UUID, multiple=True, help="This comment only; may be repeated.")
@_as_json
def restore(folder: Place, site_id: str, comments: tuple[UUID, ...], *, as_json: bool) -> None:
    """Restore comments from the files in FOLDER into the database. Existing rows are not changed.

    Comments that were erased since then stay erased. The files are kept: delete them yourself if you no longer need them.

    Example: greenroom archive restore /archive/tribune --comment 01930000-0000-7000-8000-000000000000
    """
    _current_schema()
    with _at_work(folder) as work:
        count, skipped = work.bring_back(lambda bundle: not comments or bundle.head.comment in comments, site_id)
    if as_json:
        click.echo(json.dumps({"restored": count, "skipped": dict(skipped)}))
        return
    click.echo(f"{count:,} comments got back what was archived of them")
    for reason, number in skipped.items():
        click.echo(f"  {number:,} did not: {_NOT[reason]}")


_NOT = {
    "here": "nothing of them is missing",
    "erased": "they were erased since",
    "later": "a later file holds more of them: restore that one first",
    "foreign": "this database knows nothing of them: is it the one that they came from?",
}


@archive.command()
@click.argument("folder", type=_EXISTING)
@click.option("--dry-run", is_flag=True, help="Print how much each file holds; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_as_json
def erase(folder: Place, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove comments from the files in FOLDER that were erased in the database after the files were written.

    Run it from cron, for comments that moderators, hosts and retention erase day by day. To erase a person in the database and
    in the files, use `greenroom erase SITE --email … --archives FOLDER`. Copies of the files, and old data in the free space of
    the disk, are not erased: take care of them yourself.

    Example: greenroom archive erase /archive/tribune --yes
    """
    if not dry_run and not yes:
        click.confirm(f"Write the files in {folder} anew without what was erased?", abort=True, err=True)
    with _at_work(folder) as work:
        gone = work.erase(dry_run=dry_run)
    if as_json:
        click.echo(json.dumps({"erased": sum(gone.values()), "files": gone}))
        return
    for name, count in gone.items():
        click.echo(f"{name}: {count:,} comments {'are to go' if dry_run else 'gone'}")
    click.echo(f"{sum(gone.values()):,} erased comments {'still stand in' if dry_run else 'were taken out of'} {len(gone)} files")


@contextmanager
def _at_work(folder: Place, *, is_new: bool = False) -> Iterator[Archiving]:
    with _reported(), ArchiveFolder(folder).alone(database(), is_new=is_new) as archive_folder:
        yield Archiving(archive_folder, database(), lambda words: click.echo(words, err=True))


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except Damaged as damage:
        raise click.ClickException(str(damage)) from damage
    except (OSError, ValueError, StorageProblem) as error:
        raise click.ClickException(f"{error}; what was in the database is still there or in a finished file") from error


def _current_schema() -> None:
    if (at := migrate.current(database())) != migrate.newest():
        raise click.ClickException(f"the schema is at {at}, this version wants {migrate.newest()}: run `greenroom db upgrade`")


def _sites(wanted: tuple[str, ...]) -> list[str]:
    with database().reading() as session:
        known = list(session.scalars(select(Site.id).order_by(Site.id)))
    if missing := set(wanted) - set(known):
        raise click.ClickException(f"no site {sorted(missing)[0]!r}")
    return list(dict.fromkeys(wanted)) or known
