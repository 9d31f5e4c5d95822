"""Perspective's `comments:suggestscore`: a person at the host says what a text is. It is stored as a comment with their decision, from
which the site's model learns. It is in no feed and no queue."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from service.actions.comments.submit import Accepted, Submission, submit
from service.actions.moderation.decide import Actor, Ruling, decide
from service.clock import utcnow
from service.domain.draft import MAX_TEXT, Draft, DraftThread
from service.domain.errors import Code
from service.domain.states import State
from service.store.comments.find_sent_before import PRIVATE
from service.store.moderation.decisions import is_undecided
from service.store.tables.sites import Scope
from service.web.api.other_services.perspective import as_google_says, checked_text, invalid
from service.web.api.other_services.perspective_models import SuggestBody, SuggestedScores, SuggestResponse
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.lenient_body import parse_lenient
from service.web.http.protocol_errors import STATUSES, refuse_in_form
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("perspective_feedback", __name__, url_prefix="/v1alpha1")
refuse_in_form(bp, as_google_says)

#: From this score on a text is what an attribute says. Coral sends 0 or 1.
SAID_FROM = 0.5


@bp.post("/comments:suggestscore")
@require_scope(Scope.MODERATE, in_query="key", in_header="X-Goog-Api-Key")
@rate_limited(Rate.KEY)
@operation(
    "Perspective",
    "What a person says about a text",
    detail="Stores the text with the decision of the person: rejected if a score is 0.5 or more, else approved. "
    "The site's model learns from it. `comments:analyze` stores nothing.",
    takes={JSON: SuggestBody},
    answers={200: Answer("Stored", {JSON: SuggestResponse})},
    refusals=(Code.TOO_LARGE,),
    refused_as=JSON,
    statuses=STATUSES,
)
def suggest_score() -> Response:
    body = parse_lenient(SuggestBody)
    text = checked_text(body.comment)
    if len(text) > MAX_TEXT:
        raise invalid("COMMENT_TOO_LONG", "/comment/text", f"expected a text of at most {MAX_TEXT} characters, not {len(text)}")
    state = _state(body.attribute_scores)
    with resources().database.writing() as session:
        comment_id = _stored(session, _draft(text, body.client_token), now=utcnow())
        if comment_id is not None:
            ruling = Ruling(comment_id, state, None, confirms=is_undecided(session, comment_id))
            delay = timedelta(seconds=resources().settings.decision_delay)
            decide(session, api_key().site_id, [ruling], actor=Actor(key_id=api_key().key_id), now=utcnow(), delay=delay)
    answer = SuggestResponse(client_token=body.client_token or None)
    return Response(answer.model_dump_json(by_alias=True, exclude_none=True), content_type=JSON)


def _state(scores: Mapping[str, SuggestedScores]) -> State:
    highest = max(scored.summary_score.value for scored in scores.values())
    return State.REJECTED if highest >= SAID_FROM else State.APPROVED


def _draft(text: str, token: str) -> Draft:
    """The text on a thread of its own, whose name nobody can guess: else its feed would be public."""
    name = resources().pseudonyms.short_key(f"{api_key().site_id} {token}") if token else uuid4().hex
    return Draft(DraftThread(f"{PRIVATE}{name}"), text.replace("\0", " "), external_id=f"perspective:{token}" if token else "")


def _stored(session: Session, draft: Draft, *, now: datetime) -> UUID | None:
    """The id of the comment with this text. It is new, or was stored by an earlier word about it. None if the same token came with
    another text."""
    [outcome] = submit(session, [Submission(api_key().site_id, draft)], pseudonyms=resources().pseudonyms, now=now)
    return outcome.comment_id if isinstance(outcome, Accepted) else None
