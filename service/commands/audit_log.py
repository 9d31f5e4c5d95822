"""`greenroom audit-log`: prints the audit log from the database."""

import json
from datetime import UTC, datetime
from uuid import UUID

import click

from service.commands.support.context import database, known_site
from service.store.accounts.audit_log import AuditFilter, people_named
from service.store.accounts.audit_log import audit_entries as logged
from service.store.db.column_types import AnyRow

_AT_A_TIME = 500


@click.command("audit-log")
@click.option("--site", "site_id", default=None, help="Of this site only. Default: of all, and of the installation.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="From this moment on (UTC).")
@click.option("--event", default="", help="Of this kind only, like key_made.")
@click.option("--limit", type=click.IntRange(1), default=None, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def audit_log(site_id: str | None, since: datetime | None, event: str, limit: int | None, *, as_json: bool) -> None:
    """Print who changed keys, endpoints, rules and moderators, and who signed in. Newest first.

    \b
    Examples:
      greenroom audit-log --limit 20
      greenroom audit-log --site news --since 2026-03-01 --json
    """
    wanted = AuditFilter(site_id=site_id, whole=False, event=event, since=since.replace(tzinfo=UTC) if since else None)
    after: tuple[datetime, UUID] | None = None
    left = limit
    while left is None or left > 0:
        size = min(left or _AT_A_TIME, _AT_A_TIME)
        with database().reading() as session:
            rows = logged(session, wanted, after=after, limit=size)
            named = people_named(session, rows)
            if site_id and not rows and after is None:
                # The entries of a deleted site stay, so only a site without any is looked up.
                known_site(session, site_id)
        for row in rows[:size]:
            click.echo(json.dumps(_facts(row, named), ensure_ascii=False) if as_json else _line(_facts(row, named)))
        if len(rows) <= size:
            return
        after = (rows[size - 1].AuditEntry.at, rows[size - 1].AuditEntry.id)
        left = None if left is None else left - size


def _facts(row: AnyRow, named: dict[str, str]) -> dict[str, object]:
    act = row.AuditEntry
    return {
        "at": act.at.isoformat(timespec="seconds"),
        "site": act.site_id,
        "actor": act.actor,
        "who": row.email or row.hint or "",
        "event": act.event,
        "target": named.get(act.target, act.target),
        "details": act.details,
        "request": act.request_id,
    }


def _line(entry: dict[str, object]) -> str:
    facts = json.dumps(entry["details"], ensure_ascii=False) if entry["details"] else ""
    line = f"{entry['at']}  {entry['site'] or '-'}  {entry['who'] or entry['actor']}  {entry['event']}  {entry['target']}  {facts}".rstrip()
    # Text typed into a form must not send control characters to the terminal.
    return "".join(c if c.isprintable() else "\N{MIDDLE DOT}" for c in line)
