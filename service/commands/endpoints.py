"""`greenroom webhook`: adds, lists, tests, changes and removes the endpoints of a site, which are webhooks and chats."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TextIO
from uuid import UUID

import click

from service.actions.webhooks.chats import DEFAULT_EVENTS, ChatSettings, add_chat
from service.actions.webhooks.endpoints import (
    EVENTS,
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    replay_dead,
    rotate,
    send_test,
)
from service.clock import utcnow
from service.commands.support.context import database, settings
from service.domain.errors import Refusal
from service.domain.security.encryption import SecretBox
from service.domain.webhooks.endpoint_kinds import CHATS, EndpointKind
from service.store.tables.outbox import EventType
from service.store.webhooks.deliveries import BREAKER
from service.store.webhooks.endpoints import endpoints_of

KINDS = [kind.value for kind in EndpointKind if kind is not EndpointKind.AKISMET]


@click.command("add")
@click.argument("site_id", metavar="SITE")
@click.argument("url", metavar="URL")
@click.option("--kind", type=click.Choice(KINDS), default=EndpointKind.WEBHOOK.value, show_default=True, help="What it receives.")
@click.option(
    "--event",
    "names",
    multiple=True,
    type=click.Choice([event.value for event in EVENTS]),
    help="What it is told of; may be repeated.",
)
@click.option("--words", is_flag=True, help="Show a chat the author's name and the words of the comment.")
@click.option("--old-after", type=int, default=0, help="Tell a chat when a comment has waited for so many minutes.")
@click.option("--template-file", type=click.File(encoding="utf-8"), help="JSON of your own, for --kind template.")
def add(
    site_id: str, url: str, kind: str, names: tuple[str, ...], template_file: TextIO | None, old_after: int,
    *, words: bool,
) -> None:  # fmt: skip
    """Add an endpoint to SITE. The address of a chat is a secret: give `-` as URL to read it from standard input.

    \b
    Examples:
      greenroom webhook add news https://news.example/hooks/greenroom
      greenroom webhook add news - --kind slack --event comment.held --old-after 60 < address.txt
    """
    address = sys.stdin.readline().strip() if url == "-" else url
    template = template_file.read().strip() if template_file else ""
    secret_box, now, allow = SecretBox.from_secret(settings().secret), utcnow(), settings().webhook_allow
    events = [EventType(name) for name in names]
    try:
        with database().writing() as session:
            if EndpointKind(kind) in CHATS:
                wanted = ChatSettings(address, events or DEFAULT_EVENTS, template, words, old_after)
                made = add_chat(session, site_id, EndpointKind(kind), wanted, secret_box=secret_box, now=now, allow=allow)
                secret = ""
            else:
                made, secret = add_endpoint(
                    session, site_id, url=address, events=events or EVENTS, secret_box=secret_box, now=now, allow=allow
                )
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"endpoint {made.id} of {site_id} added" + (f"; its secret is {secret}" if secret else ""))


@click.command("list")
@click.argument("site_id", metavar="SITE")
def list_endpoints(site_id: str) -> None:
    """List the endpoints of SITE as JSON lines. `slow_milliseconds` is zero unless the last answer took over a second."""
    with database().reading() as session:
        for standing in endpoints_of(session, site_id):
            one = standing.endpoint
            facts = {"id": str(one.id), "kind": one.kind, "url": one.url, "events": one.events, "enabled": one.enabled}
            health = {"failing": one.failures >= BREAKER, "slow_milliseconds": one.slow_milliseconds}
            click.echo(json.dumps({**facts, **health, "waiting": standing.waiting, "dead": standing.dead}, ensure_ascii=False))


def _of_an_endpoint(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the two arguments that name an endpoint."""
    named = click.argument("endpoint_id", metavar="ID", type=click.UUID)(command)
    return click.argument("site_id", metavar="SITE")(named)


@click.command("test")
@_of_an_endpoint
def send_a_test(site_id: str, endpoint_id: UUID) -> None:
    """Send a test to the endpoint ID of SITE, also if it is broken or turned off."""
    with database().writing() as session:
        send_test(session, site_id, endpoint_id, now=utcnow())
    click.echo("the test goes out within seconds; `greenroom webhook list` shows how the endpoint stands")


@click.command("rotate")
@_of_an_endpoint
def rotate_secret(site_id: str, endpoint_id: UUID) -> None:
    """Give the endpoint ID of SITE a new secret. For 24 hours the old one signs as well."""
    secret_box = SecretBox.from_secret(settings().secret)
    with database().writing() as session:
        secret = rotate(session, site_id, endpoint_id, secret_box=secret_box, now=utcnow())[1]
    click.echo(secret)


@click.command("replay")
@_of_an_endpoint
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="What failed in so many days.")
def replay_failed(site_id: str, endpoint_id: UUID, days: int) -> None:
    """Send again what the endpoint ID of SITE has missed for good, with the same message ids."""
    now = utcnow()
    with database().writing() as session:
        count = replay_dead(session, site_id, endpoint_id, since=now - timedelta(days=days), now=now)
    click.echo(f"{count} webhooks are sent again")


@click.command("set")
@_of_an_endpoint
@click.option("--on/--off", "enabled", required=True, help="Whether it gets webhooks. Turning it off gives up what waits for it.")
def turn(site_id: str, endpoint_id: UUID, *, enabled: bool) -> None:
    """Turn the endpoint ID of SITE on or off."""
    with database().writing() as session:
        change_endpoint(session, site_id, endpoint_id, enabled=enabled, now=utcnow())
    click.echo("turned on" if enabled else "turned off")


@click.command("remove")
@_of_an_endpoint
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(site_id: str, endpoint_id: UUID, *, yes: bool) -> None:
    """Delete the endpoint ID of SITE with its deliveries and their attempts."""
    if not yes:
        click.confirm("Delete it, and what waits for it?", abort=True)
    with database().writing() as session:
        remove_endpoint(session, site_id, endpoint_id)
    click.echo("removed")
