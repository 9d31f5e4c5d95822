"""`greenroom db`: upgrades the database schema, shows its revision, and spreads it over Citus."""

import json

import click

from service.commands.support.context import database, new_database, settings
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


@db.command()
@click.option("--dry-run", is_flag=True, help="Print what would be run, and what stands in the way; change nothing.")
def distribute(*, dry_run: bool) -> None:
    """Spread the sites over the nodes of a Citus cluster.

    The rows of a site come to one node. Small tables are copied to each node, and what belongs to no site stays on the coordinator
    (docs/scaling.md). Tables are locked meanwhile. Tables of a later release are distributed by running this again.
    """
    from service.store.db import citus

    if settings().on_sqlite:
        raise click.ClickException(
            "SQLite is a file on one machine: move to PostgreSQL first (`greenroom backup`, `greenroom restore`)"
        )
    with database().engine.begin() as connection:
        state = citus.citus_state(connection)
        if state.has_citus and not state.left:
            click.echo("all tables are distributed already")
            return
        obstacles = state.obstacles(setting=settings().citus)
        if dry_run:
            click.echo(
                "\n".join(
                    [
                        f"-- {state.summary}; all in one transaction",
                        *state.statements(),
                        *(f"stands in the way: {one}" for one in obstacles),
                    ]
                )
            )
            return
        if obstacles:
            raise click.ClickException("; ".join(obstacles))
        citus.distribute(connection, state)
    click.echo(f"distributed: {state.summary}; `citus_shards` shows where the rows are")
