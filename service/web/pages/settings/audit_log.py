"""The audit log page for admins: who changed what, with filters and a CSV download."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.domain.audit_events import AuditEvent
from service.store.accounts.audit_log import AuditFilter, audit_entries, people_named
from service.store.db.column_types import AnyRow
from service.store.moderation.decision_log import moderators_of
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_sign_in, site_id, with_role
from service.web.http.csv_export import csv_line
from service.web.http.downloads import csv_response
from service.web.pages.blueprint import bp, page
from service.web.pages.queue.query_params import day, place, uuid
from service.web.pages.settings import audit_text
from service.web.resources.web_resources import resources

ROWS, CHUNK = 50, 100
COLUMNS = ("at", "site", "actor", "who", "event", "target", "details", "request")


@bp.get("/settings/audit-log")
@with_role(Role.ADMIN)
def audit_log() -> AnyResponse:
    filters = _filter(request.args)
    with resources().database.reading() as session:
        rows = audit_entries(session, filters, after=place(request.args.get("after", "")), limit=ROWS)
        people, named = moderators_of(session, site_id()), people_named(session, rows)
    rows, more = rows[:ROWS], len(rows) > ROWS
    chosen = {name: value for name, value in request.args.items() if name in ("who", "event", "since", "until") and value}
    after = f"{rows[-1].AuditEntry.at.isoformat()}~{rows[-1].AuditEntry.id}" if more else ""
    return page(
        "audit_log.html", rows=rows, people=people, named=named, wanted=filters, chosen=chosen, names=audit_text.event_names(),
        query=urlencode({"site": site_id(), **chosen}), after=after, who=audit_text.actor_name, facts=audit_text.facts,
    )  # fmt: skip


@bp.get("/settings/audit-log.csv")
@with_role(Role.ADMIN)
def audit_log_csv() -> Response:
    """All entries that match the filter, read in chunks."""
    return csv_response(_file(_filter(request.args)), name=f"audit-log-{site_id()}", person=current_moderator_id())


def _file(filters: AuditFilter) -> Iterator[str]:
    yield csv_line(COLUMNS)
    after: tuple[datetime, UUID] | None = None
    while True:
        with resources().database.reading() as session:
            rows = audit_entries(session, filters, after=after, limit=CHUNK)
            named = people_named(session, rows)
        yield "".join(csv_line(_cells(row, named)) for row in rows[:CHUNK])
        if len(rows) <= CHUNK:
            return
        after = (rows[CHUNK - 1].AuditEntry.at, rows[CHUNK - 1].AuditEntry.id)


def _cells(row: AnyRow, named: Mapping[str, str]) -> tuple[str, ...]:
    entry = row.AuditEntry
    return (
        entry.at.isoformat(), entry.site_id or "", entry.actor, row.email or row.hint or "", entry.event,
        named.get(entry.target, entry.target), json.dumps(entry.details, ensure_ascii=False) if entry.details else "", entry.request_id,
    )  # fmt: skip


def _filter(args: Mapping[str, str]) -> AuditFilter:
    """Only admins of all sites see entries that concern the whole installation."""
    until = day(args.get("until", ""))
    return AuditFilter(
        site_id=site_id(),
        whole=current_sign_in().moderator.role_on_all_sites == Role.ADMIN,
        event=args.get("event", "") if args.get("event") in list(AuditEvent) else "",
        moderator=uuid(args.get("who", "")),
        since=day(args.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )
