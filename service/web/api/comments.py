"""The host API for comments: submit, read, list, edit and erase."""

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import Field

from service.actions.comments.edit_erase import edit, erase
from service.actions.comments.submit import Accepted, Submission
from service.clock import utcnow
from service.crash import CrashPoint, crash_point
from service.domain.errors import Code, Gone, InArchive, NotFound
from service.domain.states import State
from service.jobs.names import Job
from service.store.comments.listing import CommentFilter, comment_of, comments_of, history_of
from service.store.lifecycle.archives import absent
from service.store.reported.statements import statement_of_author, statement_of_comment
from service.store.tables.sites import Scope, Site
from service.web.api.comment_request import CommentBody
from service.web.api.comment_response import (
    AcceptedResponse,
    CommentResponse,
    CommentsPage,
    accepted_response,
    comment_response,
    list_item,
)
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.environ_keys import SUBMIT_OUTCOME
from service.web.http.field_types import Moment, Required, Strict, Text, Version, whole
from service.web.http.json_body import parse_body, parse_query
from service.web.http.pagination import Cursor, encode, link_next
from service.web.http.request_headers import idempotency_key, preference_applied, preferred_wait
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("comments", __name__, url_prefix="/v1")
TAG = "Comments"


class CommentsQuery(Strict):
    """Which comments to list."""

    state: Annotated[State | None, Field(strict=False, description="pending, approved, held, rejected or erased.")] = None
    thread: Required | None = Field(default=None, description="Your own word for the page.")
    updated_after: Moment | None = Field(default=None, description="Only what changed since.")
    after: Cursor | None = Field(default=None, description="The `next_cursor` of the page before.")
    limit: whole(1, 200) = 50  # type: ignore[valid-type]


class EditBody(Strict):
    """New words for a comment. `version` is the one that you saw; without it the newest is replaced."""

    text: Text
    version: Version | None = None


@bp.post("/comments")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Send a comment",
    detail="Stored once per Idempotency-Key, or per `external_id`: the same again gets the same answer. "
    "With `Prefer: wait=N` the answer is the verdict, where it is ready within N seconds.",
    takes={JSON: CommentBody},
    headers=("Idempotency-Key", "Prefer"),
    answers={
        202: Answer(
            "Stored; its verdict follows", {JSON: AcceptedResponse}, ("Location",), ("Idempotent-Replayed", "Preference-Applied")
        ),
        200: Answer("Stored and judged", {JSON: CommentResponse}, ("Location", "Preference-Applied"), ("Idempotent-Replayed",)),
    },
    refusals=(Code.CONFLICT, Code.KEY_REUSED, Code.IN_PROGRESS, Code.TOO_LARGE, Code.WRONG_TYPE, Code.UNAVAILABLE),
)
def submit_comment() -> Response:
    key, wait = idempotency_key(), preferred_wait()
    body, exact = parse_body(CommentBody)
    submission = Submission.sent(
        api_key().site_id, body.draft(), key=key, body=exact, hashes=resources().request_hashes, by_host=True
    )
    outcome = request.environ.pop(SUBMIT_OUTCOME, None) or resources().group_commit.submit(submission)
    if isinstance(outcome, Exception):
        raise outcome
    crash_point(CrashPoint.ACCEPTED)
    resources().notifier.notify(Job.DRAIN)
    response = _verdict_in_time(outcome, wait) or _accepted_response(outcome, body.thread.id)
    response.headers["Location"] = f"/v1/comments/{outcome.comment_id}"
    if outcome.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return preference_applied(response, wait)


@bp.get("/comments/<uuid:comment_id>")
@require_scope(Scope.READ)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "What became of a comment",
    detail="Its state, the verdict with reasons and the words that caused them, and every change of state.",
    answers={200: Answer("The comment", {JSON: CommentResponse})},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.ARCHIVED),
)
def get_comment(comment_id: UUID) -> Response:
    return json_response(_comment_response(comment_id))


@bp.get("/comments")
@require_scope(Scope.READ)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "List comments",
    detail="With `state` in the order of arrival; without it, or with `updated_after`, in the order of the last change. "
    "Erased comments are listed too, without words, so that a copy can follow.",
    query=CommentsQuery,
    answers={200: Answer("A page of comments", {JSON: CommentsPage}, sometimes=("Link",))},
)
def list_comments() -> Response:
    query = parse_query(CommentsQuery)
    filters = CommentFilter(query.state, query.thread, query.updated_after, query.after, query.limit)
    with resources().database.reading() as session:
        rows = comments_of(session, api_key().site_id, filters)
    rows, more = rows[: query.limit], len(rows) > query.limit
    cursor = encode(filters.place_of(rows[-1])) if more else None
    base = resources().settings.url
    response = json_response(CommentsPage(comments=tuple(list_item(row, base=base) for row in rows), next_cursor=cursor))
    return link_next(response, f"{base}/v1/comments", cursor) if cursor else response


@bp.patch("/comments/<uuid:comment_id>")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Replace the words of a comment",
    detail="It goes back to `pending` and is checked again: the old verdict does not cover new words.",
    takes={JSON: EditBody},
    answers={200: Answer("The comment, pending again", {JSON: CommentResponse})},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.ARCHIVED, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def edit_comment(comment_id: UUID) -> Response:
    body, _ = parse_body(EditBody)
    with resources().database.writing() as session:
        change = edit(session, api_key().site_id, comment_id, body.text, version=body.version, now=utcnow())
    resources().feeds.evict(change.thread_id)
    resources().notifier.notify(Job.DRAIN)
    resources().notifier.notify(Job.DELIVER)
    return json_response(_comment_response(comment_id))


@bp.delete("/comments/<uuid:comment_id>")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Erase a comment",
    detail="Its words and everything about its author are gone for good; a tombstone without either stays. Safe to repeat.",
    answers={204: Answer("It is erased")},
    refusals=(Code.NOT_FOUND, Code.ARCHIVED, Code.CONFLICT),
)
def erase_comment(comment_id: UUID) -> Response:
    with resources().database.writing() as session:
        change = erase(session, api_key().site_id, comment_id, now=utcnow())
    if change is not None:
        resources().feeds.evict(change.thread_id)
    resources().notifier.notify(Job.DELIVER)
    return Response(status=204)


def _verdict_in_time(outcome: Accepted, wait: int | None) -> Response | None:
    if not wait or not resources().verdict_waiter.wait(outcome.comment_id, wait):
        return None
    try:
        return json_response(_comment_response(outcome.comment_id))
    except (Gone, InArchive, NotFound):
        # The comment is gone since the first request. The retry gets the same 202 as the first request, not an error.
        return None


def _accepted_response(outcome: Accepted, thread: str) -> Response:
    return json_response(accepted_response(outcome.comment_id, api_key().site_id, thread, base=resources().settings.url), 202)


def _comment_response(comment_id: UUID) -> CommentResponse:
    with resources().database.reading() as session:
        row = comment_of(session, api_key().site_id, comment_id)
        if row is None:
            raise absent(session, api_key().site_id, comment_id)
        if row.comment.state == State.ERASED:
            raise Gone("this comment was erased")
        events, site = history_of(session, comment_id), session.get_one(Site, api_key().site_id)
        statement = statement_of_comment(row.comment, events, site, links=resources().reader_links)
        about_author = statement_of_author(row.comment, site, now=utcnow(), links=resources().reader_links)
        return comment_response(row, events, base=resources().settings.url, statement=statement, author_statement=about_author)
