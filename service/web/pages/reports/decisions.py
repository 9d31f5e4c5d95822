"""The decisions page: who decided what, when and why, people or the checks, with filters and a CSV download."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.domain.states import DECIDABLE
from service.store.db.column_types import AnyRow
from service.store.moderation.decision_log import DecisionFilter, list_decisions, moderators_of
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, site_id, with_role
from service.web.http.csv_export import csv_line
from service.web.http.downloads import csv_response
from service.web.pages.blueprint import bp, page
from service.web.pages.queue import card_text, reason_text
from service.web.pages.queue.query_params import day, place, uuid
from service.web.pages.queue.rejection_reasons import reason_label, reason_labels
from service.web.resources.web_resources import resources

ROWS, CHUNK = 50, 100
#: The choice of who decided that means the checks.
CHECKS = "checks"
COLUMNS = ("at", "who", "from", "to", "reason", "note", "took_back", "comment", "author", "thread", "text")


@bp.get("/decisions")
@with_role(Role.VIEWER)
def decisions() -> AnyResponse:
    filters = _filter(request.args)
    filters = replace(filters, grouped=filters.action is None)
    with resources().database.reading() as session:
        rows = list_decisions(session, site_id(), filters, after=place(request.args.get("after", "")), limit=ROWS)
        people = moderators_of(session, site_id())
    rows, more = rows[:ROWS], len(rows) > ROWS
    named = {
        name: value
        for name, value in request.args.items()
        if name in ("who", "to", "reason", "since", "until", "action") and value
    }
    return page(
        "decisions.html",
        rows=rows,
        people=people,
        reasons=reason_labels(),
        states=sorted(DECIDABLE),
        wanted=filters,
        named=named,
        query=urlencode({"site": site_id(), **named}),
        after=f"{rows[-1].at.isoformat()}~{rows[-1].id}" if more else "",
        card_text=card_text,
        reason_name=reason_text.name_of,
        reason_label=reason_label,
        checks=CHECKS,
    )


@bp.get("/decisions.csv")
@with_role(Role.VIEWER)
def decisions_csv() -> Response:
    """All decisions that match the filter, read in chunks, so that a long history needs little memory."""
    pieces = _file(site_id(), _filter(request.args))
    return csv_response(pieces, name=f"decisions-{site_id()}", person=current_moderator_id())


def _file(site: str, filters: DecisionFilter) -> Iterator[str]:
    yield csv_line(COLUMNS)
    after: tuple[datetime, UUID] | None = None
    while True:
        with resources().database.reading() as session:
            rows = list_decisions(session, site, filters, after=after, limit=CHUNK)
        yield "".join(csv_line(_cells(row, automatic=filters.automatic)) for row in rows[:CHUNK])
        if len(rows) <= CHUNK:
            return
        after = (rows[CHUNK - 1].at, rows[CHUNK - 1].id)


def _cells(row: AnyRow, *, automatic: bool) -> tuple[str, ...]:
    took_back = "yes" if row.undoes else ""
    return (
        row.at.isoformat(), row.who or (CHECKS if automatic else "key"), row.from_state, row.to_state, row.reason, row.note, took_back,
        str(row.comment_id), row.author_name, row.thread_title or row.thread_name, row.text,
    )  # fmt: skip


def _filter(args: Mapping[str, str]) -> DecisionFilter:
    until = day(args.get("until", ""))
    return DecisionFilter(
        moderator=uuid(args.get("who", "")),
        automatic=args.get("who") == CHECKS,
        state=args.get("to", "") if args.get("to") in DECIDABLE else "",
        reason=args.get("reason", "").replace("\0", "")[:64],
        since=day(args.get("since", "")),
        until=until + timedelta(days=1) if until else None,
        action=uuid(args.get("action", "")),
    )
