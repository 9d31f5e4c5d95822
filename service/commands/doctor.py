"""`greenroom doctor`: examines this installation, reports problems and says what to do."""

import importlib.metadata
import json
import platform
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.clock import utcnow
from service.commands.config import doubts
from service.commands.support.context import new_database, settings
from service.commands.support.operator_errors import advice
from service.commands.support.root_secret import ADVICE as SECRET_ADVICE
from service.commands.support.server_findings import Finding, broker, mail, web
from service.config import BadSetting
from service.store.db.read_replica import catch_up, position, replica_of
from service.store.db.schema_version import RETIRED_ADVICE, Schema, known_revisions, revision, schema
from service.store.lifecycle import installation
from service.store.reports.gauges import failing_endpoints, gauges
from service.store.reports.work_totals import work_totals

#: If a comment has been pending for more than this many seconds, no worker runs.
LATE = 60.0
#: Bytes that should be free on the disk of the data folder.
ROOM = 1_000_000_000
#: Seconds that two clocks may differ. Hosts refuse webhooks whose timestamp is five minutes off.
SKEW = 5.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> None:
    """Find problems of this installation, and say what to do.

    Examines versions, settings, database, schema, broker, mail server, disk, clock, waiting comments and failing endpoints. Each finding
    says what to do. Exit code 1 if something must be done.
    """
    findings = list(_findings())
    ill = any(finding.ok is False for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": not ill, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            _print_finding(finding)
    if ill:
        raise SystemExit(1)


def _print_finding(finding: Finding) -> None:
    mark, colour = {True: ("ok", "green"), None: ("note", "yellow"), False: ("WRONG", "red")}[finding.ok]
    click.echo(f"{click.style(f'{mark:5}', fg=colour)}  {finding.about:11}  {finding.says}")
    if finding.do:
        click.echo(f"{'':20}{finding.do}")


def _findings() -> Iterator[Finding]:
    yield _versions()
    yield from _settings()
    yield _transformer()
    yield from _folder()
    reached, findings = _database()
    yield from findings
    if reached and settings().read_database_url:
        yield _replica()
    yield broker()
    yield mail()
    answer = web()
    yield answer
    if reached:
        yield from _work()
        yield from _workers(serving=answer.ok is not None)


def _versions() -> Finding:
    ours = importlib.metadata.version("greenroom")
    others = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("celery", "flask", "granian", "sqlalchemy"))
    return Finding(
        "versions", True, f"greenroom {ours}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {others}"
    )


def _settings() -> Iterator[Finding]:
    where = f"{settings().socket or f'http://{settings().host}:{settings().port}'}, known as {settings().url}"
    yield Finding("settings", True, where)
    for doubt in doubts(settings()):
        yield Finding("settings", None, doubt)


def _transformer() -> Finding:
    from workers.checks.deep.transformer import lacking, shipped_transformer

    if missing := lacking():
        do = "`pip install greenroom[deep]` adds it: it finds more hate against groups, and more attacks"
        return Finding("transformer", None, f"not used: {missing}; comments are judged without it", do)
    began = time.perf_counter()
    try:
        model = shipped_transformer()
    # onnxruntime raises its own kinds of errors, which share no base class that is public.
    except Exception as error:
        do = "install Greenroom again, or onnxruntime; until then comments are judged without it"
        return Finding("transformer", False, f"it cannot be loaded: {type(error).__name__}", do)
    loaded, began = time.perf_counter() - began, time.perf_counter()
    if model:
        model.read([piece for word in model.words.words("a comment of about twenty words " * 4) for piece in word.pieces])
    took = (time.perf_counter() - began) * 1000
    if not settings().transformer_seconds:
        return Finding("transformer", None, "switched off by the setting transformer_seconds")
    return Finding("transformer", True, f"loads in {loaded * 1000:.0f} ms, reads a comment in {took:.0f} ms")


def _folder() -> Iterator[Finding]:
    home = settings().home
    if not home.is_dir():
        if settings().on_sqlite or not settings().secret_key:
            yield Finding("folder", False, f"{home} is not there", "`greenroom up` makes it; GREENROOM_HOME names another one")
        return
    free = shutil.disk_usage(home).free
    room = free > ROOM
    do = "" if room else "make room: a full disk refuses every comment with 503"
    yield Finding("disk", room, f"{free / 1e9:.1f} GB are free at {home}", do)
    for name in ("secret.key", "demo.key"):
        file = home / name
        if file.exists() and file.stat().st_mode & 0o077:
            yield Finding("folder", False, f"others may read {file}", f"chmod 600 {file}, and think of who may have read it")
    if not settings().secret_key and not (home / "secret.key").exists():
        do = "put it back from where you keep it; `greenroom up` makes that of a new installation"
        yield Finding("folder", False, f"{home}/secret.key is not there", do)


def _database() -> tuple[bool, list[Finding]]:
    kind = "SQLite" if settings().on_sqlite else "PostgreSQL"
    began = time.perf_counter()
    try:
        with new_database().reading() as session:
            at = revision(session)
            took = (time.perf_counter() - began) * 1000
            there = datetime.now(UTC) if settings().on_sqlite else session.scalar(text("SELECT clock_timestamp()"))
    except SQLAlchemyError as error:
        says = advice(error) or f"{kind} does not answer: {type(error).__name__}"
        return False, [Finding("database", False, says, "is it running, and do DATABASE_URL and its password fit?")]
    skew = abs((datetime.now(UTC) - cast("datetime", there)).total_seconds())
    standing = schema(at)
    fits = standing in (Schema.CURRENT, Schema.NEWER)
    return fits, [
        Finding("database", True, f"{kind} answers in {took:.0f} ms"),
        Finding(
            "clock", skew < SKEW, f"{skew:.1f} s from the database's", "" if skew < SKEW else "let both machines keep time by NTP"
        ),
        Finding(
            "schema",
            fits,
            f"{standing}: at {at or 'nothing'}, this version wants {known_revisions()[-1]}",
            ""
            if fits
            else RETIRED_ADVICE
            if standing is Schema.RETIRED
            else "`greenroom db upgrade`, also while the old version still serves",
        ),
    ]


def _replica() -> Finding:
    database, patience = replica_of(settings()), settings().read_database_lag
    try:
        with new_database().reading() as session:
            there = position(session)
        took = catch_up(database, there, patience=patience)
    except SQLAlchemyError as error:
        do = "feeds are read from the database itself; does it run, and is GREENROOM_READ_DATABASE_URL right?"
        return Finding("replica", False, advice(error) or f"it does not answer: {type(error).__name__}", do)
    finally:
        database.close()
    if took is None:
        do = "feeds are read from the database itself until then; does the replica still receive (pg_stat_wal_receiver)?"
        return Finding("replica", False, f"it is more than {patience:g} s behind", do)
    return Finding("replica", True, f"it has caught up within {took:.1f} s")


def _installation(session: Session) -> Iterator[Finding]:
    if installation.is_resting(session):
        do = "`greenroom resume` ends that; in a copy for tests delete its webhooks instead (`greenroom webhook remove`)"
        yield Finding("restored", False, "a backup was restored: nothing is judged, no webhook and no mail is sent", do)
    with suppress(BadSetting):
        if not installation.is_own_secret(session, settings().secret):
            yield Finding("secret", False, "the root secret is not the one of this installation", SECRET_ADVICE)


def _workers(*, serving: bool) -> Iterator[Finding]:
    """How long ago each kind of job last ran. Where nothing serves, nothing is expected to run."""
    with new_database().reading() as session:
        totals = work_totals(session, now=utcnow())
    for job, what in (("checks", "`greenroom worker`"), ("deliveries", "`greenroom courier`")):
        last = totals.get(f"runs:{job}")
        if last and last.is_late:
            do = f"does {what} or `greenroom sweep` run? Until it does, the sweep does its work, more slowly"
            yield Finding("workers", False if serving else None, f"{job} last ran {last.age:.0f} s ago", do)
        elif last:
            yield Finding("workers", True, f"{job} last ran {last.age:.0f} s ago")


def _work() -> Iterator[Finding]:
    with new_database().reading() as session:
        yield from _installation(session)
        # Nothing is late where nothing is to be done.
        rests = installation.is_resting(session)
        found = gauges(session, now=utcnow())
        failing = failing_endpoints(session)
    late = found.oldest_pending > LATE and not rests
    do = "does a worker or a sweep run? `greenroom sweep` does the work of both" if late else ""
    yield Finding(
        "comments", not late, f"{found.pending} pending, the oldest for {found.oldest_pending:.0f} s; {found.held} held", do
    )
    behind = found.oldest_delivery > LATE and not rests
    says = f"{found.deliveries_due} due, the latest by {found.oldest_delivery:.0f} s; {found.deliveries_dead} dead"
    do = "is `greenroom courier` or `greenroom sweep` running?" if behind and not failing else ""
    yield Finding("webhooks", False if behind and not failing else None if found.deliveries_dead else True, says, do)
    for site_id, url, failures in failing:
        says = f"{urlsplit(url).hostname} of {site_id} failed {failures} times in a row and is probed once a minute"
        yield Finding("webhooks", None, says, "its attempts say why: GET /v1/endpoints, or the queue page")
