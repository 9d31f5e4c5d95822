"""`greenroom site`: the sites."""

import json
from typing import TextIO

import click
from sqlalchemy import select

from service.actions.sites.delete_site import deletable
from service.actions.sites.site_settings import set_languages, set_name, set_origins, set_rules, set_time_zone
from service.actions.sites.sites_and_keys import add_site
from service.actions.sites.word_lists import set_list
from service.clock import utcnow
from service.commands.support.context import database, known_site
from service.domain.errors import Refusal
from service.domain.policy.language_coverage import ALL, COVERED, named
from service.domain.policy.site_policy import LISTS, SitePolicy
from service.store.lifecycle.archives import archives_of
from service.store.sites.word_lists import lists_of
from service.store.tables.sites import Site
from service.web.resources.batches import delete_whole_site


@click.group()
def site() -> None:
    """Manage sites: the hosts whose comments are moderated here."""


@site.command("add")
@click.argument("site_id", metavar="ID")
@click.option(
    "--origin", "origins", multiple=True, required=True, help="Address of its pages, like https://news.example; may be repeated."
)
@click.option("--name", default="", help="Name that people read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add_a_site(site_id: str, origins: tuple[str, ...], name: str, *, as_json: bool) -> None:
    """Add the site ID.

    Example: greenroom site add news --origin https://news.example
    """
    try:
        with database().writing() as session:
            made = add_site(session, site_id, origins=origins, name=name, now=utcnow())
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
@click.option("--name", help="Name that people read.")
@click.option("--origin", "origins", multiple=True, help="Addresses of its pages, instead of the present ones; may be repeated.")
@click.option("--add-origin", "added", multiple=True, help="One more address of its pages; may be repeated.")
@click.option(
    "--languages",
    help="Codes of languages whose comments are published although no check covers them; * for all, empty for none.",
)
@click.option("--hold-everything/--no-hold-everything", default=None, help="Hold every comment for a moderator.")
@click.option("--spam-waits/--no-spam-waits", default=None, help="Also hold obvious spam instead of rejecting it.")
@click.option("--unread-waits/--no-unread-waits", default=None, help="Also hold what was not checked for hate against groups.")
@click.option("--time-zone", help="Time zone of the charts, like Europe/Berlin.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def set_a_site(
    site_id: str, name: str | None, origins: tuple[str, ...], added: tuple[str, ...], languages: str | None, time_zone: str | None,
    *, as_json: bool, **policy: bool | None,
) -> None:  # fmt: skip
    """Change the settings of SITE, and print them.

    \b
    Examples:
      greenroom site set news --add-origin https://www.news.example
      greenroom site set news --languages de,fr
      greenroom site set news --languages '*'
      greenroom site set news --hold-everything --time-zone Europe/Berlin
    """
    try:
        with database().writing() as session:
            known_site(session, site_id)
            if name is not None:
                set_name(session, site_id, name)
            if origins:
                set_origins(session, site_id, origins)
            if added:
                set_origins(session, site_id, added, add=True)
            if languages is not None:
                set_languages(session, site_id, languages)
            if time_zone is not None:
                set_time_zone(session, site_id, time_zone)
            chosen = {name: value for name, value in policy.items() if value is not None}
            if chosen:
                set_rules(session, site_id, lists={}, **{**_policy(session.get_one(Site, site_id)), **chosen})
            row = session.get_one(Site, site_id)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    click.echo(json.dumps(_settings(row)) if as_json else _settings_text(row))


def _policy(row: Site) -> dict[str, bool]:
    policy = SitePolicy(row.policy)
    return {"hold_everything": row.hold_everything, "spam_waits": policy.spam_waits, "unread_waits": policy.unread_waits}


def _settings(row: Site) -> dict[str, object]:
    policy = SitePolicy(row.policy)
    return {
        "id": row.id, "name": row.name, "origins": row.origins, "languages": list(policy.languages), "covered": sorted(COVERED), **_policy(row),
        "time_zone": policy.time_zone,
    }  # fmt: skip


def _settings_text(row: Site) -> str:
    policy = SitePolicy(row.policy)
    held = [code.removeprefix("-") for code in policy.languages if code.startswith("-")]
    taken = named(code for code in policy.languages if not code.startswith("-")) or "no other"
    unseen = "all languages" if ALL in policy.languages else taken
    waiting = f"; held for review: {named(held)}" if held else ""
    holds = ["everything"] if row.hold_everything else ["doubtful comments"]
    holds += ["obvious spam"] * policy.spam_waits + ["what was not checked for hate against groups"] * policy.unread_waits
    return (
        f"site {row.id}{f' ({row.name})' if row.name != row.id else ''}: checks cover {named(sorted(COVERED))}; taken unseen: {unseen}{waiting}\n"
        f"origins: {', '.join(row.origins) or 'none'}\n"
        f"holds: {', '.join(holds)}; time zone: {policy.time_zone}"
    )


@site.command("delete")
@click.argument("site_id", metavar="SITE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def delete_a_site(site_id: str, *, yes: bool, as_json: bool) -> None:
    """Delete SITE for good: its comments, articles, reports, keys, webhooks and settings. It says what will go, and asks.

    Moderators stay, without their role on this site. Archives and backups still hold the comments until you delete their files;
    `greenroom export` makes a copy before.

    \b
    Examples:
      greenroom site delete news
      greenroom site delete news --yes
    """
    try:
        with database().reading() as session:
            contents = deletable(session, site_id)
            archives = [f"{one.folder}/{one.name}" for one in archives_of(session, site_id)]
        counts = ", ".join(f"{count:,} {name}" for name, count in contents.items())
        if not yes:
            click.confirm(f"Delete the site {site_id} for good, with {counts}?", abort=True, err=True)
        delete_whole_site(database(), site_id)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    if as_json:
        click.echo(json.dumps({"deleted": site_id, **contents, "archives": archives}))
        return
    click.echo(f"site {site_id} is deleted, with {counts}")
    if archives:
        click.echo("\n".join(["these archives still hold comments of it:", *(f"  {name}" for name in archives)]))


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
