"""`greenroom import` and `greenroom export`: old comments of other systems, and copies of one site."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from sqlalchemy.exc import IntegrityError

from service.actions.audit_log import record_audit
from service.clock import utcnow
from service.commands.exports.comments_file import FORMS, write_comments
from service.commands.imports.formats import READERS, Format, format_of, is_copy
from service.commands.imports.import_report import ImportReport
from service.commands.imports.import_run import ImportRun
from service.commands.imports.source_file import SourceFault, SourceFile, opened
from service.commands.support.context import database, settings
from service.commands.support.copy_files import head_of, read_copy, summary, write_copy
from service.commands.support.person import export_person
from service.commands.support.places import PlacedFile
from service.domain.audit_events import AuditEvent
from service.domain.imports.lenient_fields import web_address
from service.domain.imports.old_comment import Reading
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import DECIDABLE, State
from service.store.learning.labels import is_spam
from service.store.learning.site_models import site_model_of
from service.store.tables.sites import Site

_FILE = click.Path(path_type=Path, dir_okay=False)
_MOST_PREFIX = 64
_EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("import")
@click.argument("file", type=_EXISTING)
@click.option("--site", "site_id", default="", help="The site that old comments are for. It must exist.")
@click.option(
    "--format",
    "kind",
    type=click.Choice([kind.value for kind in Format]),
    help="The format of FILE. Default: what its beginning shows.",
)
@click.option("--dry-run", is_flag=True, help="Store nothing: only say what would be stored, and what left out.")
@click.option(
    "--threads", type=click.Choice(["address", "path", "id"]), default="address", show_default=True,
    help="What names a thread here: the address of its page, the path of it, or the id that the source gives the page.",
)  # fmt: skip
@click.option("--base", default="", metavar="URL", help="The address of the site, where FILE has only paths (Isso).")
@click.option("--prefix", default="", help="Stands before each id, where two sources of one site use the same ids.")
@click.option(
    "--state",
    type=click.Choice(sorted(state.value for state in DECIDABLE)),
    help="The state of comments that name none (jsonl, csv).",
)
@click.option("--report", "details", type=_FILE, help="Write a line of JSON for each comment that lost something into this file.")
def import_(
    file: Path, site_id: str, kind: str | None, threads: str, base: str, prefix: str, state: str | None, details: Path | None,
    *, dry_run: bool,
) -> None:  # fmt: skip
    """Import FILE: old comments of another system, or a copy of a site that `greenroom export` wrote.

    Old comments keep their dates, states, authors and replies. Nothing is checked or sent because of them. The decisions of people
    among them train the site's model. If the command is stopped, the same command goes on: each comment is stored once, by its id.

    A copy of a site is added completely or not at all; it needs no option. The secrets of its endpoints are encrypted with the root
    secret of the other installation. If yours is another one, rotate the secrets, and enter the addresses of chats again.

    \b
    Examples:
      greenroom import wordpress.xml --site news --dry-run
      greenroom import comments.db --format isso --site blog --base https://blog.example
      greenroom import news.jsonl.gz
    """
    if not file.is_file():
        raise click.ClickException(f"{file}: expected a file, not a pipe: it may be read twice")
    if len(prefix) > _MOST_PREFIX:
        raise click.ClickException(f"--prefix: expected at most {_MOST_PREFIX} characters")
    with opened(file) as source:
        try:
            copy = is_copy(source)
            kind = kind or (None if copy else format_of(source))
        except SourceFault as error:
            raise click.ClickException(f"{file}: {error}") from error
        if copy and kind is None:
            _import_copy(file)
            return
        if kind is None:
            raise click.ClickException(f"{file} shows no format that is known: name it with --format ({', '.join(Format)})")
        _demand_site(site_id)
        if base and not web_address(base):
            raise click.ClickException(f"--base: expected an address like https://blog.example, got {base!r}")
        reading = Reading(threads, base, prefix, State(state) if state else None)
        with _details(details) as lines:
            _import_comments(source, Format(kind), site_id, reading, ImportReport(lines), is_dry=dry_run)


def _import_comments(
    source: SourceFile, kind: Format, site_id: str, reading: Reading, report: ImportReport, *, is_dry: bool
) -> None:
    pseudonyms = Pseudonymizer.from_secret(settings().secret)
    run = ImportRun(database(), site_id, reading, pseudonyms, utcnow(), report, is_dry)
    fault: SourceFault | None = None
    with click.progressbar(length=source.size, label=f"{source.path.name} ({kind})", file=sys.stderr) as bar:
        try:
            run.read(source, READERS[kind], lambda position: bar.update(position - bar.pos))
        except SourceFault as error:
            fault = error
        except IntegrityError as error:
            raise click.ClickException(
                "another import stores the same comments now: start this one again when it has ended"
            ) from error
    click.echo("\n".join(report.lines(site_id=site_id, is_dry=is_dry)))
    if not is_dry:
        counts = {state.value: count for state, count in report.stored.items()}
        _record(AuditEvent.COMMENTS_IMPORTED, site_id, {"format": kind.value, **counts})
    if fault:
        raise click.ClickException(
            f"{source.path}: {fault}\nWhat stands before it is stored; the same command goes on from there."
        )
    if not report.stored and not report.present and not report.left_out:
        raise click.ClickException(f"{source.path} has no comments in the form of {kind}: name its format with --format")
    if report.decided and not is_dry:
        _train(site_id)


def _train(site_id: str) -> None:
    """Train the site's model on all decisions, and say how good it is on decisions that it had not seen."""
    from service.domain.policy.site_model_doubts import FEWEST
    from workers.periodic.train_site_models import learn_site

    with database().reading() as session:
        known = len(is_spam(session, site_id)[0])
    if known < FEWEST:
        click.echo(f"the site's model is not trained yet: {known} decisions, and it needs {FEWEST}")
        return
    if not learn_site(database(), site_id):
        click.echo("the site's model is being trained by another process")
        return
    with database().reading() as session:
        model = site_model_of(session, site_id)
    if model is not None:
        report, doubt = model.report, model.report["doubt"]
        click.echo(
            f"the site's model learned from {report['approved']:,} approvals and {report['rejected']:,} rejections; "
            f"{'it is in use' if model.active else f'it is not in use ({doubt})'}: right in {report['right']:.1%} of "
            f"{report['judged']:,} decisions before it learned from them, the shipped model in {report['right_shipped']:.1%}; "
            f"it holds {report['more']:+} of {report['ordinary']:,} ordinary comments"
        )


def _import_copy(file: Path) -> None:
    site_id = str(head_of(PlacedFile.of(file)).get("site") or "")
    if not site_id:
        raise click.ClickException(f"{file} holds a whole installation: `greenroom restore` puts it back")
    with database().reading() as session:
        if session.get(Site, site_id) is not None:
            raise click.ClickException(f"site {site_id!r} exists here already")
    counts = read_copy(PlacedFile.of(file), database(), site_id)
    _record(AuditEvent.SITE_IMPORTED, site_id)
    click.echo(summary(counts, f"site {site_id} added"))


@click.command("export")
@click.argument("site_id", metavar="SITE")
@click.argument("file", type=_FILE)
@click.option(
    "--format", "form", type=click.Choice(["copy", *FORMS]), default="copy", show_default=True,
    help="A complete copy for another Greenroom, or the comments for another comment system.",
)  # fmt: skip
@click.option("--person", default="", metavar="WHO", help="Only what is stored of a person, as JSON that they can read.")
def export(site_id: str, file: Path, form: str, person: str) -> None:
    """Export SITE into FILE: comments, verdicts, decisions, events, endpoints, keys (as hashes).

    With --format wxr, jsonl or csv, FILE gets the comments with their threads, authors, dates, replies and states, for another system or
    a spreadsheet. If its name ends in .gz, it is compressed. E-mail and IP addresses are not in it: Greenroom has only hashes of them.

    With --person, FILE gets what is stored of one person, for whom it is: their comments, what became of them, and the reports that
    they sent. WHO is an e-mail address, an IP address, or the host's id of a person. FILE `-` is the standard output.

    \b
    Examples:
      greenroom export news news.jsonl.gz
      greenroom export news news.xml --format wxr
      greenroom export news dana.json --person dana@example.org
    """
    _demand_site(site_id)
    if person:
        if form != "copy":
            raise click.ClickException("--person writes its own form: leave out --format")
        export_person(site_id, person, file)
        return
    if form == "copy":
        counts = write_copy(PlacedFile.of(file), site_id)
        _record(AuditEvent.SITE_EXPORTED, site_id)
        click.echo(summary(counts, f"written to {file}"), err=True)
        return
    count = write_comments(site_id, file, form)
    _record(AuditEvent.SITE_EXPORTED, site_id, {"format": form})
    click.echo(f"written to {file}: {count:,} comments")


def _demand_site(site_id: str) -> None:
    if not site_id:
        raise click.ClickException("old comments need a site: name it with --site")
    with database().reading() as session:
        if session.get(Site, site_id) is None:
            raise click.ClickException(f"no site {site_id!r}; `greenroom site add` makes one")


@contextmanager
def _details(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        lines = path.open("w", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"--report {path}: {error.strerror}") from error
    with lines:
        yield lines


def _record(event: AuditEvent, site_id: str, after: dict[str, object] | None = None) -> None:
    with database().writing() as session:
        record_audit(session, event, site_id=site_id, target=site_id, after=after)
