"""The log page: who changed what, for admins; filtered, and as a table file to take along."""

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
COLUMNS = ("at", "site", "by", "who", "deed", "about", "facts", "request")


@bp.get("/settings/acts")
@with_role(Role.ADMIN)
def audit_log() -> AnyResponse:
    wanted = _wanted(request.args)
    with resources().database.reading() as session:
        rows = audit_entries(session, wanted, after=place(request.args.get("after", "")), limit=ROWS)
        people, named = moderators_of(session, site_id()), people_named(session, rows)
    rows, more = rows[:ROWS], len(rows) > ROWS
    chosen = {name: value for name, value in request.args.items() if name in ("who", "deed", "since", "until") and value}
    after = f"{rows[-1].AdminAct.at.isoformat()}~{rows[-1].AdminAct.id}" if more else ""
    return page(
        "acts.html", rows=rows, people=people, named=named, wanted=wanted, chosen=chosen, names=audit_text.event_names(),
        query=urlencode({"site": site_id(), **chosen}), after=after, who=audit_text.actor_name, facts=audit_text.facts,
    )  # fmt: skip


@bp.get("/settings/acts.csv")
@with_role(Role.ADMIN)
def audit_log_csv() -> Response:
    """Everything that the filter lets through, in chunks."""
    return csv_response(_file(_wanted(request.args)), name=f"acts-{site_id()}", person=current_moderator_id())


def _file(wanted: AuditFilter) -> Iterator[str]:
    yield csv_line(COLUMNS)
    after: tuple[datetime, UUID] | None = None
    while True:
        with resources().database.reading() as session:
            rows = audit_entries(session, wanted, after=after, limit=CHUNK)
            named = people_named(session, rows)
        yield "".join(csv_line(_cells(row, named)) for row in rows[:CHUNK])
        if len(rows) <= CHUNK:
            return
        after = (rows[CHUNK - 1].AdminAct.at, rows[CHUNK - 1].AdminAct.id)


def _cells(row: AnyRow, named: Mapping[str, str]) -> tuple[str, ...]:
    act = row.AdminAct
    return (
        act.at.isoformat(), act.site_id or "", act.by, row.email or row.hint or "", act.deed, named.get(act.about, act.about),
        json.dumps(act.facts, ensure_ascii=False) if act.facts else "", act.request_id,
    )  # fmt: skip


def _wanted(args: Mapping[str, str]) -> AuditFilter:
    """What concerns the whole installation is for those who are admins of all of it."""
    until = day(args.get("until", ""))
    return AuditFilter(
        site_id=site_id(),
        whole=current_sign_in().moderator.everywhere == Role.ADMIN,
        deed=args.get("deed", "") if args.get("deed") in list(AuditEvent) else "",
        moderator=uuid(args.get("who", "")),
        since=day(args.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )
