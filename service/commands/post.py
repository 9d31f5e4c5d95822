"""`greenroom post`: posts a file of comments (JSON lines) through the host API."""

import itertools
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from service.clock import utcnow
from service.commands.support.bulk_post import Sender, Sent, Unreachable
from service.commands.support.context import database, settings
from service.domain.errors import Refusal

#: Maximum number of refused lines that are printed; further refused lines are only counted.
_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", required=True, help="The site that the comments are for.")
@click.option("--wait", is_flag=True, help="Wait for each verdict and count them.")
@click.option("--url", default="", help="URL of Greenroom. Default: the one on this machine.")
@click.option(
    "--key", default="", help="A key of the site with the scope submit. Default: one for this run, on this machine's database."
)
@click.option("--thread", default="", help="The thread of lines that name none. Default: the file's name.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def post(file: Path, site: str, url: str, key: str, thread: str, *, wait: bool, as_json: bool) -> None:
    """Post a file of comments.

    Each line of FILE is sent to the host API, as the host of the site would send it.

    A line is a JSON object with a `text`. Name, email, url, title, thread, parent, date and id are optional; the field names of
    common comment systems are understood. A field that cannot be used is left out. A line that says what was decided about it is
    refused: `greenroom import` stores it so. If the same file is sent again, no comment is stored twice.

    Example: greenroom post comments.jsonl --site news --wait
    """
    # What is no regular file, such as standard input, can be read only once.
    lines = sum(1 for line in file.open("rb") if line.strip()) if file.is_file() else None
    with (
        _key_for(site, key) as used,
        click.progressbar(itertools.count(), length=lines, label=file.name, file=sys.stderr, show_pos=True) as bar,
    ):
        sender = Sender(url or _here(), used, thread=thread or file.stem, wait=wait, tick=lambda: bar.update(1), tell=_tell)
        try:
            with file.open(encoding="utf-8", errors="replace") as opened:
                sent = sender.send(iter(opened))
        except Unreachable as error:
            raise click.ClickException(f"{error}\nThe same command goes on where this one stopped.") from error
    _print_summary(sent, as_json=as_json)
    if sent.problems:
        raise SystemExit(1)


@contextmanager
def _key_for(site: str, key: str) -> Iterator[str]:
    """The given key, or a temporary one for this run. That is safe: anyone with access to the database can create keys anyway."""
    if key:
        yield key
        return
    from service.actions.sites.sites_and_keys import add_key, revoke_key
    from service.store.tables.sites import Scope

    try:
        with database().writing() as session:
            key_id, token = add_key(session, site, scopes=[Scope.SUBMIT, Scope.READ], label="greenroom post", now=utcnow())
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    try:
        yield token
    finally:
        with database().writing() as session:
            revoke_key(session, site, key_id, now=utcnow())


def _tell(words: str) -> None:
    click.echo(f"\n{words}", err=True)


def _here() -> str:
    return settings().url if settings().socket else settings().local_url


def _print_summary(sent: Sent, *, as_json: bool) -> None:
    if as_json:
        problems = [{"line": problem.line, "problem": problem.reason} for problem in sent.problems]
        counts = {"states": sent.states, "replayed": sent.replayed, "omitted": sent.omitted, "empty": sent.empty}
        click.echo(json.dumps({**counts, "problems": problems}))
        return
    states = ", ".join(f"{count} {state}" for state, count in sent.states.most_common())
    again = f" ({sent.replayed} had been sent before)" if sent.replayed else ""
    empty = f"; {sent.empty} lines without words were left out" if sent.empty else ""
    click.echo(f"{sent.states.total()} comments stored: {states or 'none'}{again}{empty}")
    if sent.omitted:
        omitted = ", ".join(f"{count} {omission}" for omission, count in sent.omitted.most_common())
        click.echo(f"stored without what could not be used: {omitted}")
    for problem in sent.problems[:_SHOWN]:
        click.echo(f"line {problem.line} was not taken: {problem.reason}", err=True)
    if len(sent.problems) > _SHOWN:
        click.echo(f"and {len(sent.problems) - _SHOWN} more; correct these lines and send the file again", err=True)
