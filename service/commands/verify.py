"""`greenroom verify`: checks the integrity of this installation (rules A1 to A11) and says what to do about violations."""

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from service.clock import utcnow
from service.commands.support.context import database, settings
from service.config import BadSetting
from service.domain.security.log_leaks import leaks
from service.store.db import migrate
from service.store.lifecycle import integrity
from service.store.lifecycle.installation import is_resting
from service.store.lifecycle.integrity import EXAMPLES, Violations

_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one integrity check. `ok` is None if it is only a note."""

    rule: str
    ok: bool | None
    says: str
    do: str = ""
    count: int = 0
    examples: tuple[str, ...] = ()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--accepted",
    type=click.File(encoding="utf-8"),
    help='The comments that a host got a 202 for, as lines of {"id": …, "text": …}; checks A1.',
)
@click.option("--receipts", type=click.File(encoding="utf-8"), help="What `greenroom webhook listen --json` printed; checks A5.")
def verify(accepted: Iterable[str] | None, receipts: Iterable[str] | None, *, as_json: bool) -> None:
    """Check the integrity of this installation while it runs.

    Tests promises such as "every change of a comment has its event". Exit code 1 if one is broken.

    \b
    Examples:
      greenroom verify
      greenroom verify --json | jq '.findings[] | select(.ok == false)'
    """
    if (at := migrate.current(database())) != migrate.newest():
        raise click.ClickException(f"the schema is at {at}, this version wants {migrate.newest()}: run `greenroom db upgrade`")
    findings = [*_of_database(accepted), *_of_receipts(receipts), _of_logs()]
    broken = [finding for finding in findings if finding.ok is False]
    if as_json:
        click.echo(json.dumps({"ok": not broken, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            _print_finding(finding)
        click.echo("every promise is kept" if not broken else f"{len(broken)} of {len(findings)} promises are broken")
    if broken:
        raise SystemExit(1)


def _of_database(accepted: Iterable[str] | None) -> Iterator[Finding]:
    now = utcnow()
    with database().reading() as session:
        integrity.take_time(session)
        if accepted is not None:
            words = {UUID(line["id"]): str(line["text"]) for line in _json_lines(accepted)}
            yield _finding(
                "A1", integrity.altered(session, words), f"all {len(words)} accepted comments are there, word for word",
                "{count} accepted comments are missing or have other words",
                "restore the newest backup beside this database and compare",
            )  # fmt: skip
        if resting := is_resting(session):
            yield Finding(
                "A2",
                None,
                "nothing is judged or sent here, because a backup was restored",
                "`greenroom resume` lets it work again",
            )
        for rule, ask, kept, broken, do in (() if resting else _OF_WORK) + _PROMISES:
            yield _finding(rule, ask(session, now), kept, broken, do)
        outlived = integrity.outlived(session)
        if outlived.count:
            yield Finding(
                "A9", None, f"{outlived.count} comments were erased after what came of them had gone into an archive",
                "`greenroom archive erase FOLDER` takes them out of its files", outlived.count, outlived.examples,
            )  # fmt: skip
        failing = integrity.failing(session)
        if failing.count:
            yield Finding(
                "A4", None, f"{failing.count} endpoints fail visibly: broken, disabled, or with dead deliveries",
                "see GET /v1/endpoints of their sites; POST …/replay sends again what is dead", failing.count, failing.examples,
            )  # fmt: skip


_Promises = tuple[tuple[str, Callable[[Session, datetime], Violations], str, str, str], ...]

#: What the workers keep. It cannot hold while the installation rests.
_OF_WORK: _Promises = (
    (
        "A2",
        lambda session, now: integrity.stuck_pending(session, now=now),
        "nothing has been pending for over a minute",
        "{count} comments have been pending for over a minute",
        "is `greenroom worker` or `greenroom sweep` running? its log says why checks fail",
    ),
    (
        "A4",
        lambda session, now: integrity.undelivered_events(session, now=now),
        "every event was taken up for each endpoint that wants it",
        "{count} events have not been taken up",
        "is `greenroom courier` or `greenroom sweep` running?",
    ),
    (
        "A4",
        lambda session, now: integrity.stuck_deliveries(session, now=now),
        "every delivery has arrived, waits for its turn, or fails visibly",
        "{count} deliveries have been due for over a minute and nothing holds them back",
        "is `greenroom courier` or `greenroom sweep` running? more `courier_threads` send more at once",
    ),
)

_PROMISES: _Promises = (
    (
        "A3",
        lambda session, _now: integrity.gaps(session),
        "every change of every comment has its event",
        "{count} comments lack an event for some change, or have one too many",
        "something wrote to the comment table past the actions; hosts should read these comments again",
    ),
    (
        "A6",
        lambda session, _now: integrity.unchecked(session),
        "no comment has a verdict that neither a check nor a person gave",
        "{count} comments are settled although nothing checked their words and nobody decided",
        "something wrote to the comment table past the actions; hold them and look at them",
    ),
    (
        "A7",
        lambda session, _now: integrity.duplicate_keys(session),
        "each idempotency key and each host id stands for one comment",
        "{count} keys or host ids stand for none or for several comments",
        "was a backup restored in part? `greenroom restore --check` compares",
    ),
    (
        "A10",
        lambda session, _now: integrity.untold_reports(session),
        "every report has the event of its receipt, and of its decision",
        "{count} reports lack an event",
        "something wrote to the report table past the actions; tell these reporters by hand",
    ),
    (
        "A11",
        lambda session, _now: integrity.same_deciders(session),
        "every complaint was decided by another person than before",
        "{count} complaints were decided by the same person, or have no time of the decision",
        "something wrote to the complaint table past the actions; have another person decide",
    ),
)


def _of_receipts(receipts: Iterable[str] | None) -> Iterator[Finding]:
    if receipts is None:
        return
    known: set[str] = set()
    highest: dict[str, int] = {}
    unordered: list[str] = []
    unsigned: list[str] = []
    for line in _json_lines(receipts):
        if line.get("verified") is not True:
            unsigned.append(line["id"])
        elif line["id"] not in known:
            known.add(line["id"])
            # Sequence numbers need not be complete: the event of a decision that was undone in time is never sent.
            if line["comment"] and line["sequence"] <= highest.get(line["comment"], 0):
                unordered.append(line["id"])
            highest[line["comment"]] = line["sequence"]
    wrong = unordered + unsigned
    yield _finding(
        "A5", Violations(len(wrong), tuple(wrong[:EXAMPLES])), f"{len(known)} webhooks arrived in order and verified",
        f"{len(unordered)} webhooks arrived out of order, {len(unsigned)} did not verify",
        "was something replayed, or the secret rotated? if not, this is a fault of ours: please report it",
    )  # fmt: skip


def _of_logs() -> Finding:
    """Search the log files of the data folder for secrets and personal data."""
    found: list[str] = []
    for path in sorted(path for path in settings().home.rglob("*.log*") if path.is_file()):
        with path.open(encoding="utf-8", errors="replace") as lines:
            found += [f"{path.name}:{leak.line} holds {leak.kind}" for leak in leaks(lines, _secrets())]
    return _finding(
        "A8", Violations(len(found), tuple(found[:EXAMPLES])),
        f"no secret, e-mail, address or message of an error is in the logs in {settings().home}",
        "{count} lines in the logs hold what must not be there",
        "delete those lines, and change what they show: a key, a secret, a password",
    )  # fmt: skip


def _secrets() -> list[str]:
    values = settings()
    found = [values.secret_key, values.metrics_token, *_PASSWORD.findall(f"{values.database_url} {values.redis_url}")]
    with contextlib.suppress(BadSetting):
        found.append(values.secret)
    return [secret for secret in found if len(secret) >= 6]


def _finding(rule: str, breaches: Violations, kept: str, broken: str, do: str) -> Finding:
    if not breaches.count:
        return Finding(rule, True, kept)
    return Finding(rule, False, broken.format(count=breaches.count), do, breaches.count, breaches.examples)


def _json_lines(lines: Iterable[str]) -> list[Any]:
    try:
        return [json.loads(line) for line in lines if line.strip()]
    except ValueError as error:
        raise click.ClickException(
            f"{Path(getattr(lines, 'name', 'input')).name}: expected one JSON object a line: {error}"
        ) from None


def _print_finding(finding: Finding) -> None:
    mark = {True: "ok   ", False: "WRONG", None: "note "}[finding.ok]
    click.echo(f"{mark} {finding.rule}  {finding.says}")
    for example in finding.examples:
        click.echo(f"           {example}")
    if finding.do:
        click.echo(f"           what to do: {finding.do}")
