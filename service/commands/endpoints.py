"""`greenroom webhook add` and `list`: the endpoints of a site, signed webhooks and chats."""

import json
import sys
from typing import TextIO

import click

from service.actions.webhooks.chats import DEFAULT_EVENTS, ChatSettings, add_chat
from service.actions.webhooks.endpoints import EVENTS, add_endpoint
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
