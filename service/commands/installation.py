"""`greenroom resume` and `greenroom secret`: the installation after a restore, and its root secret."""

import click

from service.actions.lifecycle.installation import replace_secret
from service.actions.lifecycle.installation import resume as resume_installation
from service.clock import utcnow
from service.commands.support.context import database, settings
from service.store.lifecycle.installation import is_own_secret, is_resting
from service.store.reports.gauges import gauges

_LOST = """The root secret of this installation is replaced. These were made with the old one, and can no longer be used:
- bans, trust and the history of authors: Greenroom no longer recognises who wrote an old comment;
- secrets of webhooks: delete each webhook and add it again;
- authenticator apps, keys of external checks, links in mails, waiting mails and cursors of feeds.
Comments, decisions, moderators, passwords and API keys stay as they are."""


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def resume(*, yes: bool) -> None:
    """Judge and send again after a restore.

    A restored copy takes comments, but judges none and sends no webhook and no mail, so that a copy for tests tells your hosts
    nothing. This command ends that. In a copy that stays a copy, delete its webhooks instead.
    """
    with database().reading() as session:
        if not is_resting(session):
            click.echo("nothing rests here")
            return
        waiting = gauges(session, now=utcnow())
    due = waiting.events_due + waiting.deliveries_due
    click.echo(f"{waiting.pending} comments wait to be judged, and {due} webhooks to be sent.")
    if not yes:
        click.confirm("Is this the installation that your hosts talk to?", abort=True)
    with database().writing() as session:
        resume_installation(session)
    click.echo("resumed")


@click.group()
def secret() -> None:
    """Manage the root secret (secret.key, or the setting secret_key)."""


@secret.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def replace(*, yes: bool) -> None:
    """Accept the root secret of the settings, although the installation was made with another one.

    \b
    To change the secret on purpose:
      1. stop every process, and put the new secret in place of the old one;
      2. greenroom secret replace;
      3. start the processes.
    """
    with database().reading() as session:
        if is_own_secret(session, settings().secret):
            click.echo("the root secret is the one of this installation; nothing to do")
            return
    click.echo(_LOST)
    if not yes:
        click.confirm("Replace it?", abort=True)
    with database().writing() as session:
        replace_secret(session, settings().secret)
    click.echo("replaced")
