"""`greenroom outside`: who else is asked about a site's comments, where somebody says so."""

import json
from datetime import UTC, datetime
from typing import TextIO

import click

from service.actions.sites.external_checks import ExternalCheckSettings, remove_external_check, set_external_check
from service.commands.support.context import database, settings
from service.domain.errors import Refusal
from service.domain.external_checks import external_checks
from service.domain.security.encryption import SecretBox
from service.store.sites.external_checks import external_checks_of
from service.store.tables.external_checks import AskWhen, ExternalCheckRow, Unanswered


@click.group()
def external() -> None:
    """Outside checks: services that are asked about comments. All are off until they are set."""


@external.command("kinds")
def kinds() -> None:
    """List who can be asked, and what would leave the machine."""
    for name, check in external_checks().items():
        click.echo(f"{name}  {check.title}; needs: {', '.join(check.needs)}; sends {check.sends}")


@external.command("set")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="KIND")
@click.option("--address", help="Where it is asked.")
@click.option("--key-file", type=click.File(encoding="utf-8"), help="File that holds its key (`-`: standard input).")
@click.option("--model", help="Which model a moderation endpoint is to use.")
@click.option(
    "--asks", type=click.Choice(list(AskWhen)), help="About what our own checks are unsure of, or about all they do not reject."
)
@click.option("--unanswered", type=click.Choice(list(Unanswered)), help="What becomes of doubtful comments without an answer.")
@click.option("--seconds", type=float, help="Seconds that an answer may take.")
@click.option("--per-day", type=int, help="Most questions a day.")
@click.option("--per-month", type=int, help="Most questions a month.")
@click.option("--on/--off", "enabled", default=None, help="Switch it on or off.")
def set_one(
    site_id: str, name: str, address: str | None, key_file: TextIO | None, model: str | None, asks: str | None,
    unanswered: str | None, seconds: float | None, per_day: int | None, per_month: int | None, *, enabled: bool | None,
) -> None:  # fmt: skip
    """Let KIND be asked about the comments of SITE, or change how.

    \b
    Examples:
      greenroom outside set news akismet --key-file akismet.key
      greenroom outside set news own --address https://checks.news.example/comment --per-day 5000
      greenroom outside set news akismet --off
    """
    secret = key_file.read().strip() if key_file else ""
    wanted = ExternalCheckSettings(address, secret, model, asks, unanswered, seconds, per_day, per_month, enabled)
    try:
        with database().writing() as session:
            made = set_external_check(
                session, site_id, name, wanted,
                seal=SecretBox.from_secret(settings().secret), now=datetime.now(UTC), allow=settings().webhook_allow,
            )  # fmt: skip
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(made or f"{name} is set for {site_id}")


@external.command("list")
@click.argument("site_id", metavar="SITE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_them(site_id: str, *, as_json: bool) -> None:
    """List who is asked about the comments of SITE. Keys are never shown."""
    with database().reading() as session:
        rows = external_checks_of(session, site_id)
    for row in rows:
        told = _told(row)
        line = f"{row.name}  {'on' if row.enabled else 'off'}  {row.address}  asks about {row.asks}, unanswered: {row.unanswered}"
        click.echo(json.dumps(told) if as_json else f"{line}  {row.asked_today}/{row.per_day} on {row.asked_on or 'no day'}")


@external.command("remove")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="KIND")
def remove_one(site_id: str, name: str) -> None:
    """Forget KIND for SITE, with its key."""
    try:
        with database().writing() as session:
            remove_external_check(session, site_id, name)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{name} is removed from {site_id}")


def _told(row: ExternalCheckRow) -> dict[str, object]:
    shown = (
        "name", "enabled", "address", "model", "asks", "unanswered", "seconds", "per_day", "per_month", "asked_on", "asked_today",
        "asked_this_month", "failures", "last_error",
    )  # fmt: skip
    return {name: getattr(row, name) for name in shown}
