"""The host API for a person who asks what is stored of them."""

from flask import Blueprint, Response

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Code
from service.store.comments.listing import Position
from service.store.lifecycle.archives import archives_of
from service.store.lifecycle.find_by_person import PersonFilter
from service.store.lifecycle.person_data import comments_of_person, reports_of_person
from service.store.tables.sites import Scope
from service.web.api.person_models import PersonBody, PersonComment, PersonPage, PersonReport
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.json_body import parse_body
from service.web.http.pagination import encode
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("persons", __name__, url_prefix="/v1")
TAG = "Persons"


@bp.post("/persons/export")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "What is stored of a person",
    detail="For a person who asks for a copy of their data: their comments with what became of them, and the reports that they sent. "
    "A POST, so that no log has the address. Notes of moderators, and what others wrote about the person, are left out. The audit "
    "log says that it was asked, not about whom.",
    takes={JSON: PersonBody},
    answers={200: Answer("A page of it", {JSON: PersonPage})},
    refusals=(Code.TOO_LARGE, Code.WRONG_TYPE),
)
def export_person() -> Response:
    body, _ = parse_body(PersonBody)
    names, site_id = body.names(), api_key().site_id
    whose = PersonFilter.of(resources().pseudonyms, **names)
    if body.after is None:
        with resources().database.writing() as session:
            by = next(name for name, value in names.items() if value)
            record_audit(session, AuditEvent.PERSON_EXPORTED, site_id=site_id, after={"by": by})
    with resources().database.reading() as session:
        found = comments_of_person(session, site_id, whose, after=body.after, limit=body.limit + 1)
        first = body.after is None
        reports = (
            reports_of_person(session, site_id, body.email, pseudonyms=resources().pseudonyms, secret_box=resources().secret_box)
            if first
            else []
        )
        archives = [archive.name for archive in archives_of(session, site_id)] if first else []
    comments, more = [PersonComment.model_validate(one) for one in found[: body.limit]], len(found) > body.limit
    return json_response(
        PersonPage(
            comments=tuple(comments),
            reports=tuple(PersonReport.model_validate(one) for one in reports),
            archives=tuple(archives),
            next_cursor=encode(Position(comments[-1].received_at, comments[-1].id)) if more else None,
        )
    )
