"""What authors may do with their own comments: see what became of them, and for a while edit or delete them.

The answer to a form that was sent by a script holds a token, which the browser keeps. Tokens are in the body and not in the address, so
they are in no log.
"""

from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import Field

from service.actions.comments.own_comments import changeable_until, edit_own, erase_own
from service.clock import utcnow
from service.domain.errors import Code, Refusal
from service.domain.states import State
from service.jobs.names import Job
from service.store.comments.listing import ListedComment, comment_of
from service.web.auth.api_keys import Forbidden
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.errors import problem_response
from service.web.http.field_types import Long, Required, Strict, Text
from service.web.http.form_body import typed_fields
from service.web.http.json_body import validate
from service.web.http.responses import ResponseModel, json_response
from service.web.http.route_metadata import public
from service.web.openapi.operation import JSON, Answer, operation
from service.web.pages.error_text import sentence
from service.web.public.comment_form import FORM, LONGEST_FORM, SITE, expect_own_page
from service.web.public.cors import allow_pages_of, site_of_path
from service.web.resources.web_resources import resources

bp = Blueprint("own_comments", __name__, url_prefix="/f")
bp.after_request(allow_pages_of(site_of_path))

#: Tokens in one request.
MAX_TOKENS = 20
Body = TypeVar("Body", bound=Strict)


class OwnBody(Strict):
    """The tokens of some comments."""

    tokens: Annotated[Long, Field(description=f"Up to {MAX_TOKENS} tokens, separated by spaces. Others are ignored.")]


class OwnEditBody(Strict):
    """The token of a comment, and its new text."""

    token: Required
    text: Text


class OwnErasureBody(Strict):
    """The token of a comment."""

    token: Required


class OwnComment(ResponseModel):
    """A comment for its author. `changeable_until` is null if it cannot be edited or deleted any more; `statement` is the address
    that says why it is not published, null if it is, or is not decided yet."""

    token: str
    id: UUID
    parent: UUID | None
    state: State
    name: str
    text: str
    posted_at: datetime
    edited: bool
    changeable_until: datetime | None
    statement: str | None


class OwnComments(ResponseModel):
    """Comments for their author, in the order of the tokens. Erased ones and unknown tokens are left out."""

    comments: tuple[OwnComment, ...]


@bp.post("/<site>/own")
@public
@rate_limited(Rate.ADDRESS)
@operation(
    "Form",
    "See what became of one's own comments",
    detail="For the author, by the tokens that the form gave to the script.",
    path=SITE,
    takes={FORM: OwnBody},
    answers={200: Answer("The comments", {JSON: OwnComments})},
    refusals=(Code.NOT_FOUND, Code.FORBIDDEN, Code.TOO_LARGE),
)
def show_own(site: str) -> Response:
    own_site = _own_site(site)
    tokens = dict.fromkeys(_sent(OwnBody).tokens.split()[:MAX_TOKENS])
    with resources().database.reading() as session:
        found = {token: comment_of(session, own_site, comment) for token in tokens if (comment := _comment_of(token))}
    now = utcnow()
    comments = [_own(token, row, now) for token, row in found.items() if row and row.comment.state != State.ERASED]
    return json_response(OwnComments(comments=tuple(comments)))


@bp.post("/<site>/own/edit")
@public
@rate_limited(Rate.FORM)
@operation(
    "Form",
    "Edit one's own comment",
    detail="The new text is checked again. Only for 30 minutes, and not if it was rejected.",
    path=SITE,
    takes={FORM: OwnEditBody},
    answers={200: Answer("The comment with its new text", {JSON: OwnComments})},
    refusals=(Code.NOT_FOUND, Code.FORBIDDEN, Code.CONFLICT, Code.GONE, Code.TOO_LARGE),
)
def edit_own_comment(site: str) -> Response:
    own_site, body = _own_site(site), _sent(OwnEditBody)
    comment_id, now = _expected_comment(body.token), utcnow()
    with resources().database.writing() as session:
        change = edit_own(session, own_site, comment_id, body.text, now=now)
        row = comment_of(session, own_site, comment_id)
    resources().feeds.evict(change.thread_id)
    resources().notifier.notify(Job.DRAIN)
    resources().notifier.notify(Job.DELIVER)
    return json_response(OwnComments(comments=(_own(body.token, row, now),) if row else ()))


@bp.post("/<site>/own/delete")
@public
@rate_limited(Rate.FORM)
@operation(
    "Form",
    "Delete one's own comment",
    detail="Text and author are erased for good. Only for 30 minutes. Safe to repeat.",
    path=SITE,
    takes={FORM: OwnErasureBody},
    answers={204: Answer("It is erased")},
    refusals=(Code.NOT_FOUND, Code.FORBIDDEN, Code.CONFLICT, Code.TOO_LARGE),
)
def delete_own_comment(site: str) -> Response:
    own_site = _own_site(site)
    comment_id = _expected_comment(_sent(OwnErasureBody).token)
    with resources().database.writing() as session:
        change = erase_own(session, own_site, comment_id, now=utcnow())
    if change is not None:
        resources().feeds.evict(change.thread_id)
    resources().notifier.notify(Job.DELIVER)
    return Response(status=204)


@bp.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    return problem_response(error.code, sentence(error.detail), error.faults)


def _own_site(site: str) -> str:
    """The id of the site. Raises NotFound, or OriginRefused for a page of another site."""
    known = resources().sites.get(site)
    expect_own_page(known)
    return known.id


def _sent(model: type[Body]) -> Body:
    request.max_content_length = request.max_form_memory_size = LONGEST_FORM + 1
    return validate(model, typed_fields(model))


def _comment_of(token: str) -> UUID | None:
    return resources().reader_links.comment_of_author(token)


def _expected_comment(token: str) -> UUID:
    comment_id = _comment_of(token)
    if comment_id is None:
        raise Forbidden("this is not the token of a comment of yours")
    return comment_id


def _own(token: str, row: ListedComment, now: datetime) -> OwnComment:
    comment = row.comment
    until = changeable_until(comment)
    # The last event of a rejected comment is its rejection, and an event has the version that it made.
    why = resources().reader_links.complaint(comment.id, comment.version) if comment.state == State.REJECTED else None
    return OwnComment(
        token=token, id=comment.id, parent=comment.parent_id, state=State(comment.state), name=comment.author_name, text=comment.text,
        posted_at=comment.received_at, edited=comment.revision > 1, changeable_until=until if until and now < until else None,
        statement=why,
    )  # fmt: skip
