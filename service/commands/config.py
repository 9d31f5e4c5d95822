"""`greenroom config`: shows, checks and explains the settings."""

import json
import os
from collections.abc import Iterator
from typing import Any

import click

from service.commands.support.context import settings
from service.config import Settings, names
from service.setting_sources import PREFIX, raw_settings

#: Shown instead of a secret.
HIDDEN = "(set, not shown)"


@click.group()
def config() -> None:
    """Show, check and explain the settings.

    Each has a flag, a GREENROOM_... variable and a line in the TOML file that GREENROOM_CONFIG names.
    """


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(*, as_json: bool) -> None:
    """Show the settings in force and where each comes from. Secrets are not shown."""
    in_force, given = settings(), raw_settings(os.environ)
    rows = {
        name: {"value": _printable(in_force, name), "source": given[name].source if name in given else "default"}
        for name in names()
    }
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    wide = max(map(len, rows))
    for name, row in rows.items():
        click.echo(f"{name:{wide}}  {_toml(row['value'])}" + ("" if row["source"] == "default" else f"  (from {row['source']})"))


@config.command()
def check() -> None:
    """Check the settings, and warn about those that do not fit together."""
    found = settings()
    if warnings := list(doubts(found)):
        for warning in warnings:
            click.echo(f"doubtful: {warning}")
    else:
        click.echo("the settings fit")


@config.command()
def example() -> None:
    """Print every setting with its default as a commented TOML file.

    Example: greenroom config example > greenroom.toml
    """
    click.echo("# Settings of Greenroom: take away the # of what you change, and name this file in GREENROOM_CONFIG.")
    click.echo(
        f"# A variable wins over its line here: {PREFIX}PORT=9000; secrets are better kept in files: {PREFIX}SECRET_KEY_FILE=…"
    )
    for name, declared in names().items():
        click.echo(f"\n# {declared.metadata['doc']}\n# {name} = {_toml(_default(declared.default))}")


def _printable(in_force: Settings, name: str) -> Any:
    value = getattr(in_force, name)
    return HIDDEN if names()[name].metadata["secret"] and value else value


def _default(value: Any) -> Any:
    # The default depends on the user's home folder, so print it as `~`.
    return "~/.greenroom" if value == Settings.home else value


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return json.dumps(list(value))
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)


def doubts(found: Settings) -> Iterator[str]:
    """Warnings about settings that are valid alone but do not fit together."""
    if found.on_sqlite and found.web_processes > 1:
        yield "web_processes is more than 1 on SQLite, where one process writes best"
    if found.host not in ("127.0.0.1", "::1", "localhost") and not found.public_url:
        yield "public_url is not set: links to the queue page will name this machine only"
    if found.public_url.startswith("http://") and found.host not in ("127.0.0.1", "::1", "localhost"):
        yield "public_url is http: moderators' sessions can be read on the way; put TLS in front"
    if found.mail_url and not found.public_url:
        yield "public_url is not set: links in mails will name this machine only"
    if found.socket and not found.trusted_proxies:
        yield "trusted_proxies is not set: on a socket all clients have one address, and share one rate limit"
    if found.proxy_header != names()["proxy_header"].default and not found.trusted_proxies:
        yield "proxy_header is set, and trusted_proxies is 0, so that no header is believed"
    if found.broker == "none" and found.redis_url:
        yield "redis_url is set, and broker=none means that it is not used"
    if found.read_database_url and found.on_sqlite:
        yield "read_database_url is set, and SQLite has no replicas: feeds would show another database"
    if found.lease <= 20:
        yield "lease is not longer than the hard limit of a job (20 s): a comment may be checked twice at once"
