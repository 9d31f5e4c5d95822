"""`greenroom db`: upgrades the database schema and shows its revision."""

import json

import click

from service.commands.support.context import new_database
from service.store.db.schema_version import Schema, newer_advice, schema


@click.group()
def db() -> None:
    """Manage the schema of the database."""


@db.command()
def upgrade() -> None:
    """Upgrade the schema to the newest revision. Safe to run again, and while the old version still serves."""
    from service.store.db import migrate

    now = migrate.current(new_database())
    if schema(now) is Schema.NEWER:
        click.echo(newer_advice(str(now)))
        return
    try:
        before, after = migrate.upgrade(new_database())
    except migrate.RetiredSchema as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"schema {before or 'empty'} -> {after}" if before != after else f"schema is at {after}, nothing to do")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(*, as_json: bool) -> None:
    """Show the schema's revision and the one that this version needs. Exit code 1 if the schema is older."""
    from service.store.db import migrate

    now, wanted = migrate.current(new_database()), migrate.newest()
    if as_json:
        click.echo(json.dumps({"revision": now, "wanted": wanted, "schema": schema(now)}))
        raise SystemExit(schema(now) not in (Schema.CURRENT, Schema.NEWER))
    if schema(now) is Schema.NEWER:
        click.echo(newer_advice(str(now)))
        return
    click.echo(f"schema is at {now or 'nothing yet'}, this version wants {wanted}")
    if now != wanted:
        raise click.ClickException("run `greenroom db upgrade`")
