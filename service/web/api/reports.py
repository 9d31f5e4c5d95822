"""The host API for readers' reports: send one, and see what became of it."""

from uuid import UUID

from flask import Blueprint, Response

from service.actions.reported.receive import receive_report
from service.clock import utcnow
from service.domain.errors import Code, NotFound
from service.jobs.names import Job
from service.store.reported.reports import report_of
from service.store.tables.sites import Scope
from service.web.api.report_models import ReportBody, ReportResponse, report_response
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.json_body import parse_body
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("reports", __name__, url_prefix="/v1")
TAG = "Reports"


@bp.post("/reports")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Report a comment",
    detail="What a reader reports on your page. Its reporter is told of the receipt and of the decision on the page `status_url` and by "
    "mail: Greenroom sends it where mail is set up, else you do, with the webhooks `report.received` and `report.decided`.",
    takes={JSON: ReportBody},
    answers={201: Answer("It is stored", {JSON: ReportResponse}, ("Location",))},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def report_comment() -> Response:
    body, _ = parse_body(ReportBody)
    with resources().database.writing() as session:
        received = receive_report(
            session, api_key().site_id, body.draft(), pseudonyms=resources().pseudonyms,
            secret_box=resources().secret_box, now=utcnow(),
        )  # fmt: skip
    resources().notifier.notify(Job.DELIVER)
    if received.held:
        resources().feeds.evict(received.held.thread_id)
    response = json_response(_response(received.report_id), 201)
    response.headers["Location"] = f"/v1/reports/{received.report_id}"
    return response


@bp.get("/reports/<uuid:report_id>")
@require_scope(Scope.READ)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "What became of a report",
    answers={200: Answer("The report", {JSON: ReportResponse})},
    refusals=(Code.NOT_FOUND,),
)
def get_report(report_id: UUID) -> Response:
    return json_response(_response(report_id))


def _response(report_id: UUID) -> ReportResponse:
    with resources().database.reading() as session:
        report = report_of(session, api_key().site_id, report_id)
        if report is None:
            raise NotFound("no such report on this site")
        return report_response(report, links=resources().reader_links)
