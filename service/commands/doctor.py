"""`greenroom doctor`: examines this installation, reports problems and says what to do."""

import http.client
import importlib.metadata
import json
import platform
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import click
import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.clock import utcnow
from service.commands.config import doubts
from service.commands.support.broker_check import NAME_ANOTHER, reason_of, unusable
from service.commands.support.context import new_database, settings
from service.commands.support.operator_errors import advice
from service.commands.support.own_web import connection_to_web, listening_at
from service.commands.support.root_secret import ADVICE as SECRET_ADVICE
from service.config import BadSetting
from service.jobs.names import Route
from service.jobs.redis_client import redis_client
from service.store.db.read_replica import catch_up, position, replica_of
from service.store.db.schema_version import RETIRED_ADVICE, Schema, known_revisions, revision, schema
from service.store.lifecycle import installation
from service.store.reports.gauges import failing_endpoints, gauges
from service.store.reports.work_totals import work_totals
from workers.resources.mail_server import MailFailed, MailServer

#: If a comment has been pending for more than this many seconds, no worker runs.
LATE = 60.0
#: Bytes that should be free on the disk of the data folder.
ROOM = 1_000_000_000
#: Seconds that two clocks may differ. Hosts refuse webhooks whose timestamp is five minutes off.
SKEW = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one test. `ok` is False if something must be done, None if it is only a note."""

    about: str
    ok: bool | None
    says: str
    do: str = ""


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
    yield _broker()
    yield _mail()
    web = _web()
    yield web
    if reached:
        yield from _work()
        yield from _workers(serving=web.ok is not None)


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
        yield Finding(
            "folder", False, f"{home}/secret.key is not there", "`greenroom up` makes it; restore it where you have a backup"
        )


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


def _broker() -> Finding:
    url = settings().redis_url
    if not settings().has_broker:
        return Finding("broker", True, "none: the sweep checks comments and delivers webhooks")
    client = redis_client(url, patience=1)
    try:
        if fault := unusable(url):
            return Finding("broker", False, fault, NAME_ANOTHER)
        waiting = ", ".join(f"{client.llen(f'greenroom:jobs:{route}')} {route}" for route in Route)
        return _facts(client, waiting)
    except redis.RedisError as error:
        do = "comments are checked a little later until it is back; is REDIS_URL right?"
        return Finding("broker", False, f"Redis cannot be used: {reason_of(error)}", do)
    finally:
        client.close()


def _facts(client: redis.Redis, waiting: str) -> Finding:
    try:
        facts: dict[str, Any] = client.info()
    except redis.exceptions.NoPermissionError:
        do = "`ACL SETUSER … +info` lets it; until then nobody sees whether Redis evicts wake-ups (maxmemory-policy)"
        return Finding("broker", None, f"Redis can be used, but its user may not ask about it (INFO); {waiting}", do)
    says = f"Redis {facts['redis_version']}, {facts['maxmemory_policy']}, append-only {'on' if facts['aof_enabled'] else 'off'}; {waiting}"
    good = facts["maxmemory_policy"] == "noeviction"
    return Finding("broker", good or None, says, "" if good else "set maxmemory-policy noeviction: an evicted wake-up costs time")


def _mail() -> Finding:
    if not settings().sends_mail:
        return Finding("mail", True, "none: an admin gives out sign-in links; the setting mail_url sends them")
    server = MailServer.of(settings())
    try:
        server.check()
    except MailFailed as failure:
        do = "do the host, port, user and password in mail_url fit, and does the server offer TLS with a certificate that is trusted?"
        return Finding("mail", False, f"{server.host}:{server.port} cannot be used: {failure}", do)
    return Finding("mail", True, f"{server.host}:{server.port} answers; mails are sent from {server.sender}")


def _web() -> Finding:
    place, connection = listening_at(settings()), connection_to_web(settings(), seconds=3)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        status = json.loads(answer.read())["status"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return Finding("web", None, f"nobody answers at {place}", "`greenroom up` or `greenroom web` starts it")
    finally:
        connection.close()
    return Finding("web", status == "ok", f"answers at {place}: {status}")


def _installation(session: Session) -> Iterator[Finding]:
    if installation.is_resting(session):
        do = "`greenroom resume` ends that; in a copy for tests delete its webhooks instead"
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
        if last and last.age > LATE:
            do = f"does {what} or `greenroom sweep` run? Until it does, the sweep does its work, more slowly"
            yield Finding("workers", False if serving else None, f"{job} last ran {last.age:.0f} s ago", do)
        elif last:
            yield Finding("workers", True, f"{job} last ran {last.age:.0f} s ago")


def _work() -> Iterator[Finding]:
    with new_database().reading() as session:
        yield from _installation(session)
        found = gauges(session, now=utcnow())
        failing = failing_endpoints(session)
    late = found.oldest_pending > LATE
    do = "does a worker or a sweep run? `greenroom sweep` does the work of both" if late else ""
    yield Finding(
        "comments", not late, f"{found.pending} pending, the oldest for {found.oldest_pending:.0f} s; {found.held} held", do
    )
    behind = found.oldest_delivery > LATE
    says = f"{found.deliveries_due} due, the latest by {found.oldest_delivery:.0f} s; {found.deliveries_dead} dead"
    do = "is `greenroom courier` or `greenroom sweep` running?" if behind and not failing else ""
    yield Finding("webhooks", False if behind and not failing else None if found.deliveries_dead else True, says, do)
    for site_id, url, failures in failing:
        says = f"{urlsplit(url).hostname} of {site_id} failed {failures} times in a row and is probed once a minute"
        yield Finding("webhooks", None, says, "its attempts say why: GET /v1/endpoints, or the queue page")
