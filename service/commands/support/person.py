"""What is stored of a person on a site, written into a JSON file for them."""

import ipaddress
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.clock import utcnow
from service.commands.support.context import database, settings
from service.domain.audit_events import AuditEvent
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.comments.listing import Position
from service.store.lifecycle import dump
from service.store.lifecycle.archives import archives_of
from service.store.lifecycle.find_by_person import PersonFilter
from service.store.lifecycle.person_data import comments_of_person, reports_of_person

#: The number of comments that are read at a time.
_AT_A_TIME = 200


def export_person(site_id: str, who: str, file: Path) -> None:
    """Write what is stored of the person, and record in the audit log that it was done, not about whom."""
    kind = _kind_of(who)
    pseudonyms, secret_box = Pseudonymizer.from_secret(settings().secret), SecretBox.from_secret(settings().secret)
    whose, email = PersonFilter.of(pseudonyms, **{kind: who}), who if kind == "email" else ""
    with database().reading() as session:
        dump.steady(session)
        stored = {
            "site": site_id,
            "at": utcnow().isoformat(),
            "comments": _all_comments(session, site_id, whose),
            "reports": reports_of_person(session, site_id, email, pseudonyms=pseudonyms, secret_box=secret_box),
        }
        archives = [f"{one.folder}/{one.name}" for one in archives_of(session, site_id)]
    _write(file, json.dumps(stored, ensure_ascii=False, indent=1) + "\n")
    with database().writing() as session:
        record_audit(session, AuditEvent.PERSON_EXPORTED, site_id=site_id, after={"by": kind})
    click.echo(f"{len(stored['comments'])} comments and {len(stored['reports'])} reports written to {file}", err=True)
    if archives:
        click.echo("comments in these archives are not among them; `greenroom archive restore` puts them back:", err=True)
        click.echo("\n".join(f"  {name}" for name in archives), err=True)


def _kind_of(who: str) -> str:
    if "@" in who:
        return "email"
    try:
        ipaddress.ip_address(who)
    except ValueError:
        return "author"
    return "address"


def _all_comments(session: Session, site_id: str, whose: PersonFilter) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while page := comments_of_person(session, site_id, whose, after=after, limit=_AT_A_TIME):
        found += page
        after = Position(datetime.fromisoformat(page[-1]["received_at"]), UUID(page[-1]["id"]))
    return found


def _write(file: Path, words: str) -> None:
    if str(file) == "-":
        click.echo(words, nl=False)
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(words)
