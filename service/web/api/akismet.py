"""The Akismet API, version 1.1: plugins and forums that use it can use Greenroom without changes.

It differs from our own API: text responses, 200 even for an invalid key, unknown fields ignored, long fields cut.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from service.actions.moderation.decide import Actor, Ruling, decide
from service.domain.errors import Code, Refusal
from service.domain.ids import new_id
from service.domain.states import State
from service.jobs.names import Job
from service.store.moderation.decisions import is_undecided
from service.store.sites.sites import ApiKeyHolder
from service.store.tables.sites import ApiKeyKind, HeldIs
from service.web.api.akismet_check import Checked, check_comment, reported_comment, try_out, unseen_comment
from service.web.api.akismet_request import RETRY, Fields, decoded
from service.web.auth.rate_limit import Rate, count, rate_limited
from service.web.http.errors import STATUS
from service.web.http.json_body import MAX_BODY, read_json
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

P = ParamSpec("P")

bp = Blueprint("akismet", __name__, url_prefix="/1.1")

TAG = "Akismet"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"
THANKS = "Thanks for making the web a better place."
INVALID = "invalid"
TIP = "X-akismet-pro-tip"
#: WordPress's plugin (5.3.7 and later) finds the comment of a response only by this header. If the header is missing, the plugin
#: publishes the comment. So refusals have the header, too.
GUID = "X-akismet-guid"
#: The response `false` with this header means: not decided yet. The plugin keeps the comment pending, and publishes it after
#: twice this number of seconds (NEVER: ten years).
RECHECK_AFTER, NEVER = "X-akismet-recheck-after", "315360000"
CHECK_PATH = "/1.1/comment-check"

#: No field is required or refused, so the API document lists only the fields that we read.
_LOOKED_AT = (
    "api_key", "key", "blog", "user_ip", "user_agent", "referrer", "permalink", "comment_type", "comment_author", "comment_author_email",
    "comment_author_url", "comment_content", "comment_date_gmt", "blog_lang", "user_role", "is_test", "honeypot_field_name",
    "comment_ID", "guid", "recheck_reason",
)  # fmt: skip
_TAKES: Mapping[str, Any] = {kind: {"properties": {name: {} for name in _LOOKED_AT}} for kind in (FORM, JSON)}


def _answers(*words: str, headers: tuple[str, ...] = (), sometimes: tuple[str, ...] = ()) -> dict[int, Answer]:
    body = {TEXT: {"type": "string", "enum": [*words, INVALID]}}
    return {200: Answer("As Akismet answers", body, headers, sometimes)}


def _with_key(view: Callable[P, Response]) -> Callable[P, Response]:
    """Decorates a view: finds the API key in `api_key`, in `key`, or before the first dot of the host name.

    A `verify-key` request checks the key in `key`: in `api_key` WordPress may send the key that it has stored already.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        g.fields = fields = Fields(_sent(), from_wordpress=request.user_agent.string.startswith("WordPress/"))
        tested = fields.tested_key if request.endpoint == "akismet.verify" else None
        for token in (fields.key, request.host.partition(".")[0]) if tested is None else (tested,):
            if len(token) == 12 and not set(token) - set("0123456789abcdef"):
                g.caller = _caller(resources().pseudonyms.short_key(token))
                break
        return view(*args, **kwargs)

    guarded.owner = "akismet key"  # type: ignore[attr-defined]
    return guarded


def _caller(digest: str) -> ApiKeyHolder | None:
    """The holder of the key. Guesses count against the rate limit of their address, before the database is asked."""
    keys = resources().api_keys
    if (known := keys.cached(digest)) is None:
        count(Rate.ADDRESS)
    return known or keys.get(digest, ApiKeyKind.AKISMET)


@bp.post("/verify-key")
@_with_key
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Is this key valid?",
    takes=_TAKES,
    answers=_answers("valid"),
    refusals=(Code.TOO_LARGE,),
    refused_as=TEXT,
    body_required=False,
)
def verify() -> Response:
    return _text_response("valid" if g.get("caller") else INVALID)


@bp.post("/comment-check")
@_with_key
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Is this spam?",
    detail="The comment is stored and judged like any other. `true` with `X-akismet-pro-tip: discard` was rejected; a held one is "
    "`true`, or `false` with `X-akismet-recheck-after`, as its site says (`greenroom key add SITE --akismet --held-is`). "
    "`X-akismet-guid` is the comment's id. Sent again (`recheck_reason`, `comment_ID`, `guid`, or the same `comment_date_gmt`) it is "
    "the same comment, and its present state is the answer. `is_test` is judged and not kept; an administrator's comment is neither.",
    takes=_TAKES,
    answers=_answers("true", "false", headers=(GUID,), sometimes=(TIP, RECHECK_AFTER)),
    refusals=(Code.TOO_LARGE,),
    refused_as=TEXT,
    body_required=False,
)
def check() -> Response:
    if not g.get("caller"):
        return _text_response(INVALID)
    fields: Fields = g.fields
    if fields.always_spam or fields.never_spam:
        return _text_response("true" if fields.always_spam else "false")
    return _verdict_said(try_out(fields) if fields.is_test else check_comment(fields))


@bp.post("/submit-spam")
@_with_key
@rate_limited(Rate.KEY)
@operation(
    TAG, "This was spam", takes=_TAKES, answers=_answers(THANKS), refusals=(Code.TOO_LARGE,), refused_as=TEXT, body_required=False
)
def report_spam() -> Response:
    return _reported(State.REJECTED)


@bp.post("/submit-ham")
@_with_key
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "This was no spam",
    takes=_TAKES,
    answers=_answers(THANKS),
    refusals=(Code.TOO_LARGE,),
    refused_as=TEXT,
    body_required=False,
)
def report_ham() -> Response:
    return _reported(State.APPROVED)


def _verdict_said(checked: Checked) -> Response:
    state = checked.state
    # On a retry WordPress's plugin ignores the headers, and publishes the comment if the response is `false`.
    held_is_spam = g.fields.recheck_reason == RETRY or g.caller.held_is is HeldIs.SPAM
    response = _text_response("false" if state is State.APPROVED or (state is State.HELD and not held_is_spam) else "true")
    if state is State.REJECTED:
        response.headers[TIP] = "discard"
    if state is State.HELD and not held_is_spam:
        response.headers[RECHECK_AFTER] = NEVER
    if checked.comment_id:
        response.headers[GUID] = str(checked.comment_id)
    return response


def _reported(state: State) -> Response:
    """A person at the host reports spam or ham. Store that as a decision on the comment. A comment that was never checked is stored
    with it, for the site's model."""
    if not g.get("caller"):
        return _text_response(INVALID)
    if g.fields.is_test:
        return _text_response(THANKS)
    site_id, now = g.caller.site_id, datetime.now(UTC)
    with resources().database.writing() as session:
        found = reported_comment(session, g.fields, now=now) or unseen_comment(session, g.fields, now=now)
        if found is not None:
            reason, agrees = "spam" if state is State.REJECTED else "", is_undecided(session, found.id)
            ruling = Ruling(found.id, state, None, reason=reason, confirms=agrees)
            delay = timedelta(seconds=resources().settings.decision_delay)
            decide(session, site_id, [ruling], actor=Actor(key_id=g.caller.key_id), now=now, delay=delay)
    if found is not None:
        resources().feeds.evict(found.thread_id)
        resources().notifier.notify(Job.DELIVER)
    return _text_response(THANKS)


def _sent() -> Mapping[str, Any]:
    """The fields of a form or a JSON body. Empty for any other body."""
    request.max_content_length = request.max_form_memory_size = 3 * MAX_BODY + 1
    if len(request.get_data()) > 3 * MAX_BODY:
        raise RequestEntityTooLarge
    if request.mimetype == JSON:
        try:
            body, _ = read_json(request.get_data())
        except Refusal:
            return {}
        return body if isinstance(body, dict) else {}
    fields = request.form.to_dict()
    if request.mimetype != FORM:
        return fields
    return decoded(request.get_data(), fields.get("blog_charset", "")) or fields


def _text_response(words: str, status: int = 200) -> Response:
    return Response(words, status, content_type=f"{TEXT}; charset=utf-8")


@bp.after_request
def _name_comment(response: Response) -> Response:
    """Add the guid header if the response has none, that is, if no comment was stored."""
    if request.endpoint == "akismet.check":
        response.headers.setdefault(GUID, str(new_id()))
    return response


@bp.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    return _text_response(error.detail, STATUS[error.code])


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Response:
    return _text_response("this is more than a comment may hold", 413)


@bp.errorhandler(DBAPIError)
def not_stored(_: DBAPIError) -> Response:
    response = _text_response("the database did not answer; please send this again", 503)
    response.headers["Retry-After"] = "1"
    return response
