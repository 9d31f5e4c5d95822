"""The host API for warnings: the host says that an author has seen the message of a moderator."""

from uuid import UUID

from flask import Blueprint, Response
from pydantic import AwareDatetime

from service.actions.moderation.authors import acknowledge_warning
from service.clock import utcnow
from service.domain.errors import Code
from service.store.tables.sites import Scope
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.responses import ResponseModel, json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("warnings", __name__, url_prefix="/v1")


class WarningResponse(ResponseModel):
    """A warning that its author has seen."""

    id: UUID
    acknowledged_at: AwareDatetime


@bp.post("/warnings/<uuid:warning_id>/acknowledge")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    "Authors",
    "Say that an author has seen a warning",
    detail="The id is `warning` in the event author.warned. The first call counts; the same call again changes nothing.",
    answers={200: Answer("It is noted", {JSON: WarningResponse})},
    refusals=(Code.NOT_FOUND,),
)
def acknowledge(warning_id: UUID) -> Response:
    with resources().database.writing() as session:
        at = acknowledge_warning(session, api_key().site_id, warning_id, now=utcnow())
    return json_response(WarningResponse(id=warning_id, acknowledged_at=at))
