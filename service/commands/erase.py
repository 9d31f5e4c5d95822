"""`greenroom erase`: erases all comments of a person on a site, or all comments older than some days."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import click

from service.actions.audit_log import record_audit
from service.actions.comments.edit_erase import erase as erase_one
from service.actions.reported.forget import forget_reporter
from service.clock import utcnow
from service.commands.support.archive_files import ArchiveFolder, Damaged
from service.commands.support.archiver import Archiving
from service.commands.support.context import database, settings
from service.commands.support.places import Place, PlaceType
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.lifecycle.archives import archives_of
from service.store.lifecycle.find_by_person import PersonFilter, count_of, ids_of
from service.store.tables.sites import Site

#: The tables that erasing deletes from or blanks.
ERASED_FROM = (
    "comment", "revision", "verdict", "note", "escalation", "activity", "decision", "event", "site_model", "idempotency_key", "report", "complaint",
)  # fmt: skip
#: The number of comments per look-up. Each comment is erased in its own transaction, so that other writers get their turn.
_AT_A_TIME = 100


@click.command()
@click.argument("site_id", metavar="SITE")
@click.option("--author", default="", help="The host's id of a person.")
@click.option("--email", default="", help="The e-mail address of a person, in any spelling.")
@click.option("--address", default="", help="The IP address that comments came from.")
@click.option("--older-than", type=click.IntRange(0), metavar="DAYS", help="Everything that was received so long ago.")
@click.option(
    "--archives",
    type=PlaceType(click.Path(file_okay=False, exists=True)),
    metavar="FOLDER",
    help="Also in the files that `greenroom archive` wrote there.",
)
@click.option(
    "--rewrite", is_flag=True, help="PostgreSQL: rewrite the tables at once, so that no file holds it; locks them meanwhile."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def erase(
    site_id: str, author: str, email: str, address: str, older_than: int | None, archives: Place | None,
    *, rewrite: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Erase comments of SITE for good: text, author and notes.

    An empty row stays (a tombstone), and the host gets an event. With --archives, archived comments are restored first and then
    erased like all others.

    Backups still hold the comments until you delete them. PostgreSQL's files hold them until vacuum has reused the space,
    unless you give --rewrite.

    \b
    Examples:
      greenroom erase news --email dana@example.org
      greenroom erase news --author 4711 --archives /archive/news
      greenroom erase news --older-than 730 --yes       (in cron: keep two years)
    """
    whose = _whose(author, email, address, older_than)
    with database().reading() as session:
        if session.get(Site, site_id) is None:
            raise click.ClickException(f"no site {site_id!r}")
        count = count_of(session, site_id, whose)
        others = [f"{one.folder}/{one.name}" for one in archives_of(session, site_id)] if archives is None else []
    with _archive_folder(archives) as work:
        inside = set(work.holding(site_id, whose)) if work else set[UUID]()
        if (count or inside) and not yes:
            click.confirm(f"Erase {count + len(inside):,} comments of {site_id} for good?", abort=True, err=True)
        if work and inside:
            work.bring_back(lambda bundle: bundle.head.whole and bundle.head.comment in inside, site_id)
        erased = _erased(site_id, whose)
        if email:
            _forget_reporter(site_id, email)
        _note(site_id, erased, {"author": author, "email": email, "address": address}, older_than)
        if work:
            work.erase()
    database().wipe()
    for statement in database().rewrite(ERASED_FROM) if rewrite else ():
        click.echo(f"this account may not say {statement}: let one do so that may", err=True)
    if as_json:
        click.echo(json.dumps({"erased": erased, "archives": others}))
        return
    click.echo(f"{erased:,} comments of {site_id} are erased")
    if others:
        click.echo("these archives may hold more of the same: repeat this with --archives and their folder")
        click.echo("\n".join(f"  {name}" for name in others))


@contextmanager
def _archive_folder(folder: Place | None) -> Iterator[Archiving | None]:
    """The archive in this folder, locked. None if no folder was given."""
    if folder is None:
        yield None
        return
    try:
        with ArchiveFolder(folder).alone(database()) as archive_folder:
            yield Archiving(archive_folder, database(), lambda words: click.echo(words, err=True))
    except Damaged as damage:
        raise click.ClickException(str(damage)) from damage


def _note(site_id: str, erased: int, by: dict[str, str], older_than: int | None) -> None:
    """Record in the audit log how many comments were erased and by which kind of filter. The person is not recorded."""
    after = {"count": erased, "by": next((name for name, value in by.items() if value), f"older than {older_than} days")}
    with database().writing() as session:
        record_audit(session, AuditEvent.COMMENTS_ERASED, site_id=site_id, after=after)


def _whose(author: str, email: str, address: str, older_than: int | None) -> PersonFilter:
    if sum((bool(author), bool(email), bool(address), older_than is not None)) != 1:
        raise click.UsageError("expected one of --author, --email, --address and --older-than")
    if older_than is not None:
        return PersonFilter(before=utcnow() - timedelta(days=older_than))
    pseudonyms = Pseudonymizer.from_secret(settings().secret)
    try:
        return PersonFilter.of(pseudonyms, author=author, email=email, address=address)
    except ValueError:
        raise click.BadParameter("expected an IPv4 or IPv6 address", param_hint="--address") from None


def _forget_reporter(site_id: str, email: str) -> None:
    """Forget the person where they reported comments of others."""
    pseudonyms, secret_box = Pseudonymizer.from_secret(settings().secret), SecretBox.from_secret(settings().secret)
    with database().writing() as session:
        forget_reporter(session, site_id, email, pseudonyms=pseudonyms, secret_box=secret_box, now=utcnow())


def _erased(site_id: str, whose: PersonFilter) -> int:
    count = 0
    while True:
        with database().reading() as session:
            ids = ids_of(session, site_id, whose, limit=_AT_A_TIME)
        if not ids:
            return count
        for comment_id in ids:
            try:
                with database().writing() as session:
                    count += erase_one(session, site_id, comment_id, now=utcnow()) is not None
            except Conflict:
                # A race: the comment changed state meanwhile. The next look-up finds it again.
                continue
