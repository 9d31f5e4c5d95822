"""`greenroom thread`: the pages of a host that comments stand on."""

import json

import click

from service.actions.comments.move_thread import rename_thread
from service.commands.support.context import database
from service.domain.errors import Refusal
from service.web.resources.batches import move_thread


@click.group()
def thread() -> None:
    """Let threads follow their pages: another title, another address, another id."""


@thread.command("rename")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="ID")
@click.option("--title", help="Its new headline.")
@click.option("--url", help="Where readers find it now.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rename(site_id: str, name: str, title: str | None, url: str | None, *, as_json: bool) -> None:
    """Change the title or the address of the thread ID of SITE.

    Example: greenroom thread rename news /2026/a-story --title "A better story"
    """
    try:
        with database().writing() as session:
            row = rename_thread(session, site_id, name, url=url, title=title)
            names = {"id": row.external_id, "url": row.url, "title": row.title}
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(
        json.dumps(names) if as_json else f"thread {names['id']}: {names['title'] or 'no title'}, {names['url'] or 'no address'}"
    )


@thread.command("move")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="ID")
@click.argument("new_name", metavar="NEW_ID")
@click.option("--join", is_flag=True, help="If there is a thread NEW_ID, its comments and these become one thread.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def move(site_id: str, name: str, new_name: str, *, join: bool, as_json: bool) -> None:
    """Move all comments of the thread ID of SITE to the thread NEW_ID, in batches. The thread ID is gone then.

    \b
    Examples:
      greenroom thread move news /2026/a-story /2026/a-better-story
      greenroom thread move news /part-1 /whole-story --join
    """
    if name == new_name:
        raise click.ClickException("expected two different ids")
    try:
        moved = move_thread(database(), site_id, name, new_name, join=join)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(
        json.dumps({"id": new_name, "moved": moved}) if as_json else f"{moved:,} comments are in the thread {new_name} now"
    )
