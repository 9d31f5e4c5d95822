"""`greenroom site` and `greenroom key`: the sites and their API keys."""

import json
from datetime import UTC, datetime
from typing import TextIO
from uuid import UUID

import click
from sqlalchemy import select

from service.actions.sites.site_settings import set_languages
from service.actions.sites.sites_and_keys import add_akismet_key, add_key, add_site, revoke_key
from service.actions.sites.word_lists import set_list
from service.commands.support.context import database, settings
from service.domain.errors import NotFound, Refusal
from service.domain.policy.language_coverage import ALL, COVERED, named
from service.domain.policy.site_policy import LISTS, SitePolicy
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.sites.word_lists import lists_of
from service.store.tables.sites import ApiKey, Scope, Site


@click.group()
def site() -> None:
    """Manage sites: the hosts whose comments are moderated here."""


@site.command("add")
@click.argument("site_id", metavar="ID")
@click.option(
    "--origin", "origins", multiple=True, required=True, help="Address of its pages, like https://news.example; may be repeated."
)
@click.option("--name", default="", help="Name that moderators see.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add_a_site(site_id: str, origins: tuple[str, ...], name: str, *, as_json: bool) -> None:
    """Add the site ID.

    Example: greenroom site add news --origin https://news.example
    """
    try:
        with database().writing() as session:
            made = add_site(session, site_id, origins=origins, name=name, now=datetime.now(UTC))
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(
        json.dumps({"id": made.id, "origins": made.origins})
        if as_json
        else f"site {made.id} added; next: greenroom key add {made.id}"
    )


@site.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_sites(*, as_json: bool) -> None:
    """List the sites."""
    with database().reading() as session:
        rows = session.scalars(select(Site).order_by(Site.id)).all()
    for row in rows:
        shown = {"id": row.id, "name": row.name, "origins": row.origins}
        click.echo(json.dumps(shown) if as_json else f"{row.id}  {', '.join(row.origins)}")


@site.command("set")
@click.argument("site_id", metavar="SITE")
@click.option(
    "--languages",
    help="Codes of languages whose comments are published although no check covers them; * for all, empty for none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def set_a_site(site_id: str, languages: str | None, *, as_json: bool) -> None:
    """Change the settings of SITE, and print them.

    \b
    Examples:
      greenroom site set news --languages de,fr
      greenroom site set news --languages '*'
      greenroom site set news --languages ''
    """
    try:
        with database().writing() as session:
            if languages is not None:
                set_languages(session, site_id, languages)
            row = session.get(Site, site_id)
            if row is None:
                raise NotFound(f"no site {site_id!r}; `greenroom site list` names them")
            taken = SitePolicy(row.policy).languages
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    if as_json:
        click.echo(json.dumps({"id": site_id, "languages": list(taken), "covered": sorted(COVERED)}))
    else:
        held = [code.removeprefix("-") for code in taken if code.startswith("-")]
        unseen = "all languages" if ALL in taken else named(code for code in taken if not code.startswith("-")) or "no other"
        waiting = f"; held for review: {named(held)}" if held else ""
        click.echo(f"site {site_id}: checks cover {named(sorted(COVERED))}; taken unseen: {unseen}{waiting}")


@site.command("words")
@click.argument("site_id", metavar="SITE")
@click.argument("name", metavar="LIST", type=click.Choice(LISTS))
@click.argument("file", type=click.File(encoding="utf-8-sig"), required=False)
@click.option("--add", is_flag=True, help="Add the lines to the list instead of replacing it.")
def words_of_a_site(site_id: str, name: str, file: TextIO | None, *, add: bool) -> None:
    """Print the LIST of SITE, or replace it by the lines of FILE (- for standard input). Lines that cannot match are left out, each
    with the reason.

    \b
    Examples:
      greenroom site words news blocked_domains domains.txt
      greenroom site words news allowed_words --add places.txt
      greenroom site words news held_words
    """
    try:
        if file is None:
            with database().reading() as session:
                click.echo("".join(f"{entry}\n" for entry in lists_of(session, session.get(Site, site_id))[name]), nl=False)
            return
        with database().writing() as session:
            parsed = set_list(session, site_id, name, file.read().splitlines(), add=add)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    for line in parsed.refused:
        click.echo(f"line {line.number} left out, {line.text}: {line.reason}", err=True)
    click.echo(f"site {site_id}: {name} has {len(parsed.entries)} entries; {len(parsed.refused)} lines were left out")


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
    type=click.Choice(["spam", "ham"]),
    default="spam",
    show_default=True,
    help="With --akismet: the response for held comments, spam or ham.",
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
    now = datetime.now(UTC)
    try:
        with database().writing() as session:
            if akismet:
                pseudonyms, spam = Pseudonymizer.from_secret(settings().secret), held_is == "spam"
                key_id, token = add_akismet_key(session, site_id, pseudonyms=pseudonyms, held_is_spam=spam, label=label, now=now)
            else:
                key_id, token = add_key(session, site_id, scopes=chosen, label=label, now=now)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    shown = {"id": str(key_id), "site": site_id, "scopes": [s.value for s in chosen], "key": token}
    click.echo(json.dumps(shown) if as_json else token)


@key.command("list")
@click.argument("site_id", metavar="SITE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_keys(site_id: str, *, as_json: bool) -> None:
    """List the active keys of SITE: first characters, scopes and last use."""
    with database().reading() as session:
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
            revoke_key(session, site_id, key_id, now=datetime.now(UTC))
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"key {key_id} is revoked")
