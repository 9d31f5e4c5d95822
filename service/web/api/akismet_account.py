"""Addresses of Akismet's protocol that no comment needs, but the settings page of a plugin: connection, account and figures."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g
from pydantic_core import to_json

from service.clock import utcnow
from service.domain.errors import Code
from service.store.reports.akismet_figures import DAY, MONTH, Figures, figures_of, total
from service.web.api.akismet_key import FORM, INVALID, TAG, TEXT, answers, refuse_in_text, text_response, with_key
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.route_metadata import public
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("akismet_account", __name__)
refuse_in_text(bp)

_TAKES: Mapping[str, Any] = {
    kind: {"properties": {name: {} for name in ("api_key", "key", "blog", "from")}} for kind in (FORM, JSON)
}
_JSON_ANSWER = {
    200: Answer(
        "As Akismet answers; `invalid` for an unknown key",
        {JSON: {"type": "object"}, TEXT: {"type": "string", "enum": [INVALID]}},
    )
}
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@bp.get("/1.1/test")
@public
@rate_limited(Rate.ADDRESS)
@operation(TAG, "Is there a connection?", answers={200: Answer("There is", {TEXT: {"type": "string", "enum": ["connected"]}})})
def connection() -> Response:
    return text_response("connected")


@bp.post("/1.1/deactivate")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG, "A blog no longer uses its key", detail="The key stays in force: `greenroom key revoke` ends it.", takes=_TAKES,
    answers=answers("deactivated"), refusals=(Code.TOO_LARGE,), refused_as=TEXT, body_required=False,
)  # fmt: skip
def deactivate() -> Response:
    return text_response("deactivated")


@bp.post("/1.1/token")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG, "A token for Akismet's own pages", detail="There is none: those pages are not Greenroom's.", takes=_TAKES,
    answers=answers(), refusals=(Code.TOO_LARGE,), refused_as=TEXT, body_required=False,
)  # fmt: skip
def token() -> Response:
    return text_response(INVALID)


@bp.post("/1.1/get-subscription")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG, "The account of a key", takes=_TAKES, answers=_JSON_ANSWER, refusals=(Code.TOO_LARGE,), refused_as=TEXT, body_required=False
)  # fmt: skip
def subscription() -> Response:
    site = resources().sites.get(g.caller.site_id)
    return _json({
        "account_id": site.id, "account_type": "greenroom", "account_name": f"Greenroom: {site.name}", "status": "active",
        "next_billing_date": False, "limit_reached": False, "user_email": "", "user_login": "", "api_key": g.fields.key,
    })  # fmt: skip


@bp.post("/1.1/get-stats")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG, "The figures of a site", detail="`from` is 60-days (by day), 6-months or all (by month). `time_saved` is 0: nobody measures it.",
    takes=_TAKES, answers=_JSON_ANSWER, refusals=(Code.TOO_LARGE,), refused_as=TEXT, body_required=False,
)  # fmt: skip
def figures() -> Response:
    now, period = utcnow(), g.fields.text("from")
    since = {"60-days": now - timedelta(days=60), "6-months": _months_before(now, 5)}.get(period, _EVER)
    by_period = _figures(since, now, by=DAY if period == "60-days" else MONTH)
    summary = total(by_period)
    breakdown = {name: _counts(each) for name, each in by_period.items()}
    return _json({**_counts(summary), "accuracy": summary.accuracy, "time_saved": 0, "breakdown": breakdown})


@bp.get("/1.2/key-sites")
@with_key
@rate_limited(Rate.KEY)
@operation(TAG, "The sites of a key, this month", answers=_JSON_ANSWER, refused_as=TEXT)
def key_sites() -> Response:
    now = utcnow()
    this_month, site = total(_figures(_months_before(now, 0), now)), resources().sites.get(g.caller.site_id)
    row = {
        "site": site.origins[0] if site.origins else site.id,
        "api_calls": this_month.spam + this_month.ham,
        **_counts(this_month),
    }
    return _json({f"{now:%Y-%m}": [{**row, "is_revoked": False}], "limit": 500, "offset": 0, "total": 1})


@bp.get("/1.2/usage-limit")
@with_key
@rate_limited(Rate.KEY)
@operation(TAG, "How much of the month's limit is used", detail="There is no limit.", answers=_JSON_ANSWER, refused_as=TEXT)
def usage_limit() -> Response:
    now = utcnow()
    this_month = total(_figures(_months_before(now, 0), now))
    return _json({"limit": "none", "usage": this_month.spam + this_month.ham, "percentage": "0.00", "throttled": False})


def _figures(since: datetime, until: datetime, *, by: tuple[str, ...] = MONTH) -> Mapping[str, Figures]:
    with resources().database.reading() as session:
        return figures_of(session, g.caller.site_id, since=since, until=until, by=by)


def _counts(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in ("spam", "ham", "missed_spam", "false_positives")}


def _months_before(now: datetime, months: int) -> datetime:
    """The start of the month so many months ago."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _json(body: Mapping[str, Any]) -> Response:
    return Response(to_json(body), content_type=JSON)
