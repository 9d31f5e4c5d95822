"""`greenroom user`: manages moderators, their roles and their one-time sign-in links."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import click
from sqlalchemy import select

from service.actions.accounts.invitations import offer, sites_beyond
from service.actions.accounts.moderators import add_moderator, disable, give_role
from service.actions.accounts.sign_in import new_link
from service.actions.accounts.two_factor import reset
from service.clock import utcnow
from service.commands.support.context import database, settings
from service.domain.errors import Refusal
from service.store.accounts.moderators import moderator_with, roles_of
from service.store.tables.accounts import Moderator, Role, locked


@click.group()
def user() -> None:
    """Manage moderators: who may see and work the queue."""


@user.command("add")
@click.argument("email", metavar="EMAIL")
@click.option("--role", type=click.Choice([r.value for r in Role]), default=Role.MODERATOR.value, show_default=True,
              help="viewer reads, moderator decides, admin sets.")  # fmt: skip
@click.option(
    "--site", "sites", multiple=True, help="A site the role is for; may be repeated. Default: every site, also those to come."
)
@click.option("--name", default="", help="Name that colleagues see.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add_a_user(email: str, role: str, sites: tuple[str, ...], name: str, *, as_json: bool) -> None:
    """Add a moderator or change their role, and print a one-time sign-in link.

    If the account exists and gets a role on further sites, the role takes effect once the person accepts it through the link.
    Accepting ends the account's password, second factor, passkeys, connected account, other links and sessions. What the person signs
    in with first stays.

    Example: greenroom user add dana@news.example --role admin
    """
    valid = timedelta(seconds=settings().link_valid)
    with _said_clearly(), database().writing() as session:
        is_new = moderator_with(session, email) is None
        moderator = add_moderator(session, email, name=name, now=utcnow())
        locked(session, moderator.id)
        asked: list[str | None] = list(dict.fromkeys(sites)) or [None]
        beyond = [] if is_new else sites_beyond(session, moderator, asked)
        given = [site_id for site_id in asked if site_id not in beyond]
        for site_id in given:
            give_role(session, moderator, Role(role), site_id=site_id)
        if beyond:
            token = offer(session, moderator, Role(role), beyond, signed_in=False, now=utcnow(), valid=valid)
        else:
            token = new_link(session, moderator.id, now=utcnow(), valid=valid)
    shown = {"email": moderator.email, "role": role, "sites": list(sites) or "all", "link": _link(token)}
    if as_json:
        click.echo(json.dumps({**shown, "accepted_by_link": [site_id or "all" for site_id in beyond]}))
    elif beyond:
        click.echo(_invitation(moderator.email, role, given, beyond, token))
    else:
        click.echo(
            f"{moderator.email} is {role} on {_places(given)}. Sign in once, within {valid.total_seconds() / 3600:g} h:\n{_link(token)}"
        )


@user.command("link")
@click.argument("email", metavar="EMAIL")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def print_a_link(email: str, *, as_json: bool) -> None:
    """Print a new one-time sign-in link for a moderator.

    Example: greenroom user link dana@news.example
    """
    with _said_clearly(), database().writing() as session:
        moderator = moderator_with(session, email)
        if moderator is None or moderator.disabled_at is not None:
            raise click.ClickException(f"no moderator {email!r}; `greenroom user add {email}` makes one")
        link = _link(new_link(session, moderator.id, now=utcnow(), valid=timedelta(seconds=settings().link_valid)))
    click.echo(json.dumps({"email": email, "link": link}) if as_json else link)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_users(*, as_json: bool) -> None:
    """List the moderators and their roles.

    Example: greenroom user list --json
    """
    with database().reading() as session:
        for moderator in session.scalars(select(Moderator).order_by(Moderator.email)):
            roles = {site: role.value for site, role in roles_of(session, moderator).items()}
            shown = {
                "email": moderator.email,
                "name": moderator.name,
                "roles": roles,
                "disabled": moderator.disabled_at is not None,
            }
            words = "disabled" if moderator.disabled_at else ", ".join(f"{role} on {site}" for site, role in roles.items())
            click.echo(json.dumps(shown) if as_json else f"{moderator.email}\t{words or 'no role'}")


@user.command("reset-second-factor")
@click.argument("email", metavar="EMAIL")
def reset_a_second_factor(email: str) -> None:
    """Turn off a moderator's second factor, remove their passkeys and sign them out everywhere.

    For moderators who have lost both their phone and their recovery codes.

    Example: greenroom user reset-second-factor dana@news.example
    """
    with _said_clearly(), database().writing() as session:
        moderator = moderator_with(session, email)
        if moderator is None:
            raise click.ClickException(f"no moderator {email!r}")
        reset(session, moderator.id)
    click.echo(
        f"{moderator.email} signs in without a second factor and has no passkeys; `greenroom user link {moderator.email}` makes a link"
    )


@user.command("disable")
@click.argument("email", metavar="EMAIL")
def disable_user(email: str) -> None:
    """Disable a moderator and sign them out everywhere. `user add` enables them again.

    Example: greenroom user disable dana@news.example
    """
    with _said_clearly(), database().writing() as session:
        moderator = disable(session, email, now=utcnow())
    click.echo(f"{moderator.email} is signed out and cannot sign in any more")


def _invitation(email: str, role: str, given: Sequence[str | None], beyond: Sequence[str | None], token: str) -> str:
    hours = f"{settings().link_valid / 3600:g} h"
    return (
        f"{email} has an account already. "
        + (f"It is {role} on {_places(given)} now. " if given else "")
        + f"It becomes {role} on {_places(beyond)} once the role is accepted through this link, within {hours}.\n"
        "Then its password, second factor, passkeys, connected account, other links and sessions end; a person who signs in first keeps "
        "what they signed in with. "
        f"Give the link to the person alone:\n{_link(token)}"
    )


def _places(sites: Sequence[str | None]) -> str:
    return ", ".join(site_id or "every site" for site_id in sites)


def _link(token: str) -> str:
    return f"{settings().url}/sign-in/{token}"


@contextmanager
def _said_clearly() -> Iterator[None]:
    try:
        yield
    except Refusal as error:
        raise click.ClickException(error.detail) from error
