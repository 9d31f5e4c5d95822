"""`greenroom db`: move the schema forward, and say where it stands."""

import click

from service.commands.support.context import database


@click.group()
def db() -> None:
    """The schema of the database."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest revision. Safe to run again, and while the old version still serves."""
    from service.store.db import migrate

    before, after = migrate.upgrade(database())
    click.echo(f"schema {before or 'empty'} -> {after}" if before != after else f"schema is at {after}, nothing to do")


@db.command()
def status() -> None:
    """Say which revision the schema is at, and which one this version wants."""
    from service.store.db import migrate

    now, wanted = migrate.current(database()), migrate.newest()
    click.echo(f"schema is at {now or 'nothing yet'}, this version wants {wanted}")
    if now != wanted:
        raise click.ClickException("run `greenroom db upgrade`")
