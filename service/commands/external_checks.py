"""`greenroom external`: sets up the external checks of a site."""

import json
from typing import TextIO

import click

from service.actions.sites.external_checks import ExternalCheckSettings, remove_external_check, set_external_check
from service.clock import utcnow
from service.commands.support.context import database, known_site, settings
from service.domain.errors import Refusal
from service.domain.external_checks import external_checks
from service.domain.security.encryption import SecretBox
from service.store.sites.external_checks import external_checks_of
from service.store.tables.external_checks import AskWhen, ExternalCheckRow, IfNoAnswer


@click.group()
def external() -> None:
    """Manage external checks: services that are asked about comments. All are off until they are set."""


@external.command("kinds")
def kinds() -> None:
    """List the external services and what each receives."""
    for name, check in external_checks().items():
        click.echo(f"{name}  {check.title}; needs: {', '.join(check.needs)}; sends {check.sends}")


@external.command("set")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="KIND")
@click.option("--url", help="URL of the service.")
@click.option("--key-file", type=click.File(encoding="utf-8"), help="File that holds its API key (`-`: standard input).")
@click.option("--model", help="Model that a moderation endpoint uses.")
@click.option(
    "--ask-when",
    type=click.Choice(list(AskWhen)),
    help="Ask about comments that our own checks are unsure of, or about all that they do not reject.",
)
@click.option(
    "--if-no-answer",
    type=click.Choice(list(IfNoAnswer)),
    help="What happens to a doubtful comment if the service does not respond.",
)
@click.option("--timeout", type=float, help="Seconds that a response may take.")
@click.option("--requests-per-day", type=int, help="Most requests a day.")
@click.option("--requests-per-month", type=int, help="Most requests a month.")
@click.option("--on/--off", "enabled", default=None, help="Switch it on or off.")
def set_one(
    site_id: str, name: str, url: str | None, key_file: TextIO | None, model: str | None, ask_when: str | None,
    if_no_answer: str | None, timeout: float | None, requests_per_day: int | None, requests_per_month: int | None, *, enabled: bool | None,
) -> None:  # fmt: skip
    """Set up the external check KIND for SITE, or change its settings.

    \b
    Examples:
      greenroom external set news akismet --key-file akismet.key
      greenroom external set news own --url https://checks.news.example/comment --requests-per-day 5000
      greenroom external set news akismet --off
    """
    secret = key_file.read().strip() if key_file else ""
    wanted = ExternalCheckSettings(
        url, secret, model, ask_when, if_no_answer, timeout, requests_per_day, requests_per_month, enabled
    )
    try:
        with database().writing() as session:
            made = set_external_check(
                session, site_id, name, wanted,
                secret_box=SecretBox.from_secret(settings().secret), now=utcnow(), allow=settings().webhook_allow,
            )  # fmt: skip
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(made or f"{name} is set for {site_id}")


@external.command("list")
@click.argument("site_id", metavar="SITE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_them(site_id: str, *, as_json: bool) -> None:
    """List the external checks of SITE. Keys are never shown."""
    with database().reading() as session:
        known_site(session, site_id)
        rows = external_checks_of(session, site_id)
    for row in rows:
        line = f"{row.name}  {'on' if row.enabled else 'off'}  {row.url}  asks about {row.ask_when}, if no answer: {row.if_no_answer}"
        click.echo(
            json.dumps(_as_json(row))
            if as_json
            else f"{line}  {row.requests_today}/{row.requests_per_day} on {row.requests_on or 'no day'}"
        )


@external.command("remove")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="KIND")
def remove_one(site_id: str, name: str) -> None:
    """Remove the external check KIND from SITE, with its key."""
    try:
        with database().writing() as session:
            remove_external_check(session, site_id, name)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{name} is removed from {site_id}")


def _as_json(row: ExternalCheckRow) -> dict[str, object]:
    shown = (
        "name", "enabled", "url", "model", "ask_when", "if_no_answer", "timeout", "requests_per_day", "requests_per_month", "requests_on", "requests_today",
        "requests_this_month", "failures", "last_error",
    )  # fmt: skip
    return {name: getattr(row, name) for name in shown}
