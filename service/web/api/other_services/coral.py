"""Coral's external moderation phase: Coral asks about each comment before it publishes it, and gets the verdict of the site's policy.

Coral publishes what gets no answer in time. So a request with a good signature always gets one: what cannot be judged waits in Coral.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Response, g, request

from service.actions.comments.submit import Submission
from service.domain.draft import Draft, DraftAuthor, DraftThread
from service.domain.errors import Code
from service.domain.imports.html_text import MAX_HTML, text_of_html
from service.domain.policy.signals import Family
from service.domain.policy.verdict import TrialResult
from service.domain.states import State
from service.store.sites.sites import ApiKeyHolder
from service.web.api.other_services.coral_models import PhaseBody, PhaseQuery, PhaseResponse, Status
from service.web.auth.api_keys import Unauthenticated
from service.web.auth.rate_limit import Rate, count, rate_limited
from service.web.http.errors import PROBLEM
from service.web.http.field_types import WEB_ADDRESS
from service.web.http.json_body import parse_query
from service.web.http.lenient_body import parse_lenient
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

P = ParamSpec("P")

bp = Blueprint("coral", __name__, url_prefix="/v1/coral")

SIGNATURE = "X-Coral-Signature"
#: Flags that Coral's moderators see at a comment, by what was found.
_FLAGS = {
    Family.ABUSE: "COMMENT_DETECTED_TOXIC",
    Family.PROFANITY: "COMMENT_DETECTED_TOXIC",
    Family.SPAM: "COMMENT_DETECTED_SPAM",
}


def signed_by_coral(view: Callable[P, Response]) -> Callable[P, Response]:
    """Decorates a view of a site: the body is signed with a secret of this site (`greenroom key coral`)."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        holder = _signer(str(kwargs["site"]))
        if holder is None:
            count(Rate.ADDRESS)
            raise Unauthenticated(f"expected {SIGNATURE} with a secret of this site; `greenroom key coral SITE` stores it")
        g.caller = holder
        return view(*args, **kwargs)

    guarded.owner = "coral signature"  # type: ignore[attr-defined]
    return guarded


@bp.post("/<site>")
@signed_by_coral
@rate_limited(Rate.KEY)
@operation(
    "Coral",
    "What does the site's policy say about this comment?",
    detail="For an external moderation phase of Coral, which signs its requests. Held is PREMOD, rejected is REJECTED, and an approved comment "
    "gets no opinion (204), or APPROVED with `?approve=true`. A signed comment that cannot be judged is PREMOD. Nothing is stored.",
    takes={JSON: PhaseBody},
    query=PhaseQuery,
    answers={200: Answer("An opinion", {JSON: PhaseResponse}), 204: Answer("No opinion")},
    refusals=(Code.UNAUTHENTICATED, Code.TOO_LARGE),
)
def moderate_phase(site: str) -> Response:
    approves, body = parse_query(PhaseQuery).approve == "true", parse_lenient(PhaseBody)
    text = text_of_html(body.comment.body).replace("\0", " ")
    if not text:
        return Response(status=204)
    [result] = resources().judge.judge([Submission(site, _draft(body, text))])
    if len(body.comment.body) > MAX_HTML:
        return _said(Status.PREMOD)
    return _opinion(result, approves=approves)


def _draft(body: PhaseBody, text: str) -> Draft:
    story = body.story
    url = story.url if re.fullmatch(WEB_ADDRESS.strip("^$"), story.url) else ""
    return Draft(DraftThread(story.id.strip()[:512] or "-", url=url[:2048]), text, DraftAuthor(id=body.author.id[:512]))


def _opinion(result: TrialResult, *, approves: bool) -> Response:
    state = result.verdict.state
    if state is State.APPROVED:
        return _said(Status.APPROVED) if approves else Response(status=204)
    return _said(Status.REJECTED if state is State.REJECTED else Status.PREMOD, *_flags(result))


def _flags(result: TrialResult) -> Iterator[str]:
    found = {signal.kind.family for signal in result.verdict.reasons}
    yield from sorted({flag for family, flag in _FLAGS.items() if family in found})


def _said(status: Status, *flags: str) -> Response:
    actions = [{"actionType": "FLAG", "reason": flag} for flag in flags]
    return Response(json.dumps({"status": status, "actions": actions}), content_type=JSON)


def _signer(site_id: str) -> ApiKeyHolder | None:
    """The key whose secret signed the body: HMAC-SHA256 over its exact bytes. While Coral rotates its secret there are two signatures."""
    signatures = re.findall(r"sha256=([0-9a-f]{64})(?:,|$)", request.headers.get(SIGNATURE, ""))
    if not signatures:
        return None
    body, box = request.get_data(), resources().secret_box
    for holder, secret in resources().api_keys.signing(site_id):
        expected = hmac.new(box.decrypt(secret).encode(), body, hashlib.sha256).hexdigest()
        if any(hmac.compare_digest(expected, signature) for signature in signatures):
            return holder
    return None


@bp.after_request
def _held_for_want_of_a_verdict(response: Response) -> Response:
    """Coral publishes a comment whose request failed. So what it signed waits there instead."""
    if response.content_type == PROBLEM and g.get("caller"):
        held = _said(Status.PREMOD)
        response.status_code, response.content_type = 200, JSON
        response.set_data(held.get_data())
    return response
