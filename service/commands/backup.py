"""`greenroom backup` and `restore`: the whole installation in one file, for both databases."""

import click

from service.actions.audit_log import record_audit
from service.actions.lifecycle.installation import forget, rest
from service.clock import utcnow
from service.commands.support.context import database, new_database
from service.commands.support.copy_files import checked_copy, read_copy, summary, write_copy
from service.commands.support.places import PlacedFile, PlacedFileType
from service.domain.audit_events import AuditEvent
from service.store.db import migrate
from service.store.lifecycle import dump
from service.store.tables.installation import InstallationFact

_FILE = PlacedFileType(click.Path(dir_okay=False, allow_dash=True))


@click.command()
@click.argument("file", type=_FILE)
def backup(file: PlacedFile) -> None:
    """Back up the whole database into FILE, while Greenroom runs. The copy is a consistent snapshot. `-` is the standard output.
    `s3://bucket/name` goes to object storage (`pip install greenroom[s3]`; AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID say where).

    Check it with `restore --check`. The root secret is not in it: keep that somewhere else. Without the root secret, endpoint
    secrets and keyed hashes are useless.

    \b
    Examples:
      greenroom backup /backups/greenroom-$(date +%F).jsonl.gz
      greenroom backup s3://backups/greenroom/$(date +%F).jsonl.gz
      docker compose exec -T web greenroom backup - > greenroom.jsonl.gz
    """
    counts = write_copy(file, None)
    _record(AuditEvent.BACKUP_WRITTEN)
    click.echo(summary(counts, f"written to {file}"), err=True)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--check", is_flag=True, help="Only test FILE: read it to its end, restore it into a temporary database, and verify that."
)
@click.option("--resume", is_flag=True, help="Judge and send at once: this takes the place of the installation that was lost.")
def restore(file: PlacedFile, *, check: bool, resume: bool) -> None:
    """Restore a backup from FILE into the empty database of the settings, completely or not at all.

    The restored installation rests until `greenroom resume`: it takes comments, but judges none, and sends no webhook and no mail.

    \b
    Examples:
      greenroom restore --check /backups/greenroom-2026-03-01.jsonl.gz
      DATABASE_URL=postgresql://… greenroom restore /backups/greenroom-2026-03-01.jsonl.gz
    """
    if check:
        click.echo(summary(checked_copy(file), f"{file} is complete, and what it holds keeps its promises"))
        return
    migrate.upgrade(new_database())
    with new_database().reading() as session:
        counted = dump.counts(session)
        # Of a database that only a process without sites has used.
        counted.pop(InstallationFact.__tablename__)
        if any(counted.values()):
            raise click.ClickException("expected an empty database: name another with DATABASE_URL or GREENROOM_HOME")
    with new_database().writing() as session:
        forget(session)
    counts = read_copy(file, new_database(), None, then=None if resume else lambda session: rest(session, now=utcnow()))
    _record(AuditEvent.BACKUP_RESTORED)
    click.echo(summary(counts, "restored"))
    if not resume:
        click.echo("It rests: nothing is judged, no webhook and no mail is sent until `greenroom resume`")


def _record(event: AuditEvent) -> None:
    with database().writing() as session:
        record_audit(session, event)
