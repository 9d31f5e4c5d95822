"""`greenroom key`: the API keys of the sites."""

import json
import sys
from uuid import UUID

import click
from sqlalchemy import select

from service.actions.sites.sites_and_keys import add_akismet_key, add_coral_key, add_key, revoke_key
from service.clock import utcnow
from service.commands.support.context import database, known_site, settings
from service.domain.errors import Refusal
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.tables.sites import ApiKey, HeldIs, Scope


@click.group()
def key() -> None:
    """Manage API keys."""


@key.command("add")
@click.argument("site_id", metavar="SITE")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([s.value for s in Scope]),
    help="Scope: what the key may do; may be repeated. Default: submit and read.",
)
@click.option("--akismet", is_flag=True, help="A key of 12 hex digits for a client that speaks Akismet's protocol.")
@click.option(
    "--held-is",
    type=click.Choice([word.value for word in HeldIs]),
    default=HeldIs.PENDING.value,
    show_default=True,
    help="With --akismet: the response for held comments. pending: spam to clients that take no decisions later.",
)
@click.option("--label", default="", help="Note on what the key is for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add_a_key(site_id: str, scopes: tuple[str, ...], held_is: str, label: str, *, akismet: bool, as_json: bool) -> None:
    """Add a key to SITE. It is shown once.

    \b
    Examples:
      greenroom key add news --scope submit --scope read
      greenroom key add news --akismet --held-is ham
    """
    chosen = [Scope.SUBMIT] if akismet else [Scope(s) for s in scopes] or [Scope.SUBMIT, Scope.READ]
    if akismet and scopes:
        raise click.UsageError("--akismet takes no --scope: such a key opens Akismet's four addresses and nothing else")
    now = utcnow()
    try:
        with database().writing() as session:
            if akismet:
                pseudonyms, held = Pseudonymizer.from_secret(settings().secret), HeldIs(held_is)
                key_id, token = add_akismet_key(session, site_id, pseudonyms=pseudonyms, held_is=held, label=label, now=now)
            else:
                key_id, token = add_key(session, site_id, scopes=chosen, label=label, now=now)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    shown = {"id": str(key_id), "site": site_id, "scopes": [s.value for s in chosen], "key": token}
    click.echo(json.dumps(shown) if as_json else token)


@key.command("coral")
@click.argument("site_id", metavar="SITE")
@click.option("--label", default="", help="Note on which phase it is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add_a_coral_key(site_id: str, label: str, *, as_json: bool) -> None:
    """Store the signing secret of an external moderation phase of Coral, so that its comments are judged by the policy of SITE.

    Asks for the secret, or reads it from standard input. To rotate it: store the new one, then revoke the old one.

    \b
    Examples:
      greenroom key coral news
      greenroom key coral news < secret.txt
    """
    typed = sys.stdin
    secret = click.prompt("Signing secret, as Coral shows it", hide_input=True, err=True) if typed.isatty() else typed.readline()
    own = settings()
    try:
        with database().writing() as session:
            key_id = add_coral_key(
                session, site_id, secret.strip(), pseudonyms=Pseudonymizer.from_secret(own.secret),
                secret_box=SecretBox.from_secret(own.secret), label=label, now=utcnow(),
            )  # fmt: skip
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    url = f"{own.url}/v1/coral/{site_id}"
    click.echo(
        json.dumps({"id": str(key_id), "site": site_id, "url": url}) if as_json else f"stored; the address for Coral is {url}"
    )


@key.command("list")
@click.argument("site_id", metavar="SITE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_keys(site_id: str, *, as_json: bool) -> None:
    """List the active keys of SITE: first characters, scopes and last use."""
    with database().reading() as session:
        known_site(session, site_id)
        rows = session.scalars(
            select(ApiKey).where(ApiKey.site_id == site_id, ApiKey.revoked_at.is_(None)).order_by(ApiKey.created_at)
        ).all()
    for row in rows:
        used = row.last_used_at.isoformat(timespec="seconds") if row.last_used_at else None
        shown = {"id": str(row.id), "hint": row.hint, "scopes": row.scopes, "label": row.label, "last_used_at": used}
        click.echo(
            json.dumps(shown)
            if as_json
            else f"{row.id}  {row.hint}…  {','.join(row.scopes)}  last used {used or 'never'}  {row.label}".rstrip()
        )


@key.command("revoke")
@click.argument("site_id", metavar="SITE")
@click.argument("key_id", metavar="ID", type=click.UUID)
def revoke_a_key(site_id: str, key_id: UUID) -> None:
    """Revoke the key ID of SITE. It stops working within seconds.

    To rotate a key: add a second one, let the host use it, check with `greenroom key list` that the first is no longer used,
    then revoke the first.
    """
    try:
        with database().writing() as session:
            revoke_key(session, site_id, key_id, now=utcnow())
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"key {key_id} is revoked")
