"""The Akismet API, version 1.1: plugins and forums that use it can use Greenroom without changes.

It differs from our own API: text responses, 200 even for an invalid key, unknown fields ignored, long fields cut.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, request

from service.actions.moderation.decide import Actor, Ruling, decide
from service.clock import utcnow
from service.domain.errors import Code
from service.domain.ids import new_id
from service.domain.states import State
from service.jobs.names import Job
from service.store.moderation.decisions import is_undecided
from service.store.tables.sites import HeldIs
from service.web.api.akismet_check import Checked, check_comment, reported_comment, try_out, unseen_comment
from service.web.api.akismet_key import FORM, TAG, TEXT, answers, refuse_in_text, text_response, with_key
from service.web.api.akismet_request import RETRY, Fields
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.openapi.operation import JSON, operation
from service.web.resources.web_resources import resources

bp = Blueprint("akismet", __name__, url_prefix="/1.1")
refuse_in_text(bp)

THANKS = "Thanks for making the web a better place."
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
    "comment_ID", "guid", "recheck_reason", "blog_charset", "callback",
)  # fmt: skip
_TAKES: Mapping[str, Any] = {kind: {"properties": {name: {} for name in _LOOKED_AT}} for kind in (FORM, JSON)}


@bp.post("/verify-key")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Is this key valid?",
    takes=_TAKES,
    answers=answers("valid"),
    refusals=(Code.TOO_LARGE,),
    refused_as=TEXT,
    body_required=False,
)
def verify() -> Response:
    return text_response("valid")


@bp.post("/comment-check")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Is this spam?",
    detail="The comment is stored and judged like any other. `true` with `X-akismet-pro-tip: discard` was rejected; a held one is "
    "`true`, or `false` with `X-akismet-recheck-after`, as its key says (`greenroom key add SITE --akismet --held-is`). A client that "
    "names a `callback` on one of the site's origins gets later decisions there. "
    "`X-akismet-guid` is the comment's id. Sent again (`recheck_reason`, `comment_ID`, `guid`, or the same `comment_date_gmt`) it is "
    "the same comment, and its present state is the answer. `is_test` is judged and not kept; an administrator's comment is neither.",
    takes=_TAKES,
    answers=answers("true", "false", headers=(GUID,), sometimes=(TIP, RECHECK_AFTER)),
    refusals=(Code.TOO_LARGE,),
    refused_as=TEXT,
    body_required=False,
)
def check() -> Response:
    fields: Fields = g.fields
    if fields.always_spam or fields.never_spam:
        return text_response("true" if fields.always_spam else "false")
    return _verdict_said(try_out(fields) if fields.is_test else check_comment(fields))


@bp.post("/submit-spam")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG, "This was spam", takes=_TAKES, answers=answers(THANKS), refusals=(Code.TOO_LARGE,), refused_as=TEXT, body_required=False
)
def report_spam() -> Response:
    return _reported(State.REJECTED)


@bp.post("/submit-ham")
@with_key
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "This was no spam",
    takes=_TAKES,
    answers=answers(THANKS),
    refusals=(Code.TOO_LARGE,),
    refused_as=TEXT,
    body_required=False,
)
def report_ham() -> Response:
    return _reported(State.APPROVED)


def _verdict_said(checked: Checked) -> Response:
    state = checked.state
    is_open = state is State.HELD and not _is_spam_while_held(checked)
    response = text_response("false" if state is State.APPROVED or is_open else "true")
    if state is State.REJECTED:
        response.headers[TIP] = "discard"
    if is_open:
        response.headers[RECHECK_AFTER] = NEVER
    if checked.comment_id:
        response.headers[GUID] = str(checked.comment_id)
    return response


def _is_spam_while_held(checked: Checked) -> bool:
    # On a retry WordPress's plugin ignores the headers, and publishes the comment if the response is `false`.
    if g.fields.recheck_reason == RETRY:
        return True
    return g.caller.held_is is HeldIs.SPAM or (g.caller.held_is is HeldIs.PENDING and not checked.has_callback)


def _reported(state: State) -> Response:
    """A person at the host reports spam or ham. Store that as a decision on the comment. A comment that was never checked is stored
    with it, for the site's model."""
    if g.fields.is_test:
        return text_response(THANKS)
    site_id, now = g.caller.site_id, utcnow()
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
    return text_response(THANKS)


@bp.after_request
def _name_comment(response: Response) -> Response:
    """Add the guid header if the response has none, that is, if no comment was stored."""
    if request.endpoint == "akismet.check":
        response.headers.setdefault(GUID, str(new_id()))
    return response
