"""The host API for comments: post one, see what became of it, change its words, erase it."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import Field

from service.actions.comments.edit_erase import edit, erase
from service.actions.comments.submit import Accepted, Submission
from service.crash import CrashPoint, crash_point
from service.domain.errors import Code, Gone, InArchive, NotFound
from service.domain.states import State
from service.jobs.names import Job
from service.store.comments.listing import Wanted, comment_of, comments_of, history_of
from service.store.lifecycle.archives import absent
from service.store.tables.sites import Scope
from service.web.api.comment_request import CommentBody
from service.web.api.comment_response import CommentAccepted, CommentShown, CommentsPage, accepted, listed, shown
from service.web.auth.api_keys import asks, caller
from service.web.auth.rate_limit import Rate, limited
from service.web.http.environ_keys import OUTCOME
from service.web.http.field_types import Moment, Required, Strict, Text, Version, whole
from service.web.http.json_body import body_of, query_of
from service.web.http.pagination import Cursor, link_next, written
from service.web.http.request_headers import applied, idempotency_key, preferred_wait
from service.web.http.responses import reply
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import doors

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
@asks(Scope.SUBMIT)
@limited(Rate.KEY)
@operation(
    TAG,
    "Send a comment",
    detail="Stored once per Idempotency-Key, or per `external_id`: the same again gets the same answer. "
    "With `Prefer: wait=N` the answer is the verdict, where it is ready within N seconds.",
    takes={JSON: CommentBody},
    headers=("Idempotency-Key", "Prefer"),
    answers={
        202: Answer(
            "Stored; its verdict follows", {JSON: CommentAccepted}, ("Location",), ("Idempotent-Replayed", "Preference-Applied")
        ),
        200: Answer("Stored and judged", {JSON: CommentShown}, ("Location", "Preference-Applied"), ("Idempotent-Replayed",)),
    },
    refusals=(Code.CONFLICT, Code.KEY_REUSED, Code.IN_PROGRESS, Code.TOO_LARGE, Code.WRONG_TYPE, Code.UNAVAILABLE),
)
def receive() -> Response:
    key, wait = idempotency_key(), preferred_wait()
    body, exact = body_of(CommentBody)
    submission = Submission.sent(caller().site_id, body.draft(), key=key, body=exact, hashes=doors().request_hashes)
    outcome = request.environ.pop(OUTCOME, None) or doors().committer.submit(submission)
    if isinstance(outcome, Exception):
        raise outcome
    crash_point(CrashPoint.ACCEPTED)
    doors().bell.ring(Job.DRAIN)
    response = _verdict_in_time(outcome, wait) or _taken(outcome, body.thread.id)
    response.headers["Location"] = f"/v1/comments/{outcome.comment_id}"
    if outcome.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return applied(response, wait)


@bp.get("/comments/<uuid:comment_id>")
@asks(Scope.READ)
@limited(Rate.KEY)
@operation(
    TAG,
    "What became of a comment",
    detail="Its state, the verdict with reasons and the words that caused them, and every change of state.",
    answers={200: Answer("The comment", {JSON: CommentShown})},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.ARCHIVED),
)
def show(comment_id: UUID) -> Response:
    return reply(_shown(comment_id))


@bp.get("/comments")
@asks(Scope.READ)
@limited(Rate.KEY)
@operation(
    TAG,
    "List comments",
    detail="With `state` in the order of arrival; without it, or with `updated_after`, in the order of the last change. "
    "Erased comments are listed too, without words, so that a copy can follow.",
    query=CommentsQuery,
    answers={200: Answer("A page of comments", {JSON: CommentsPage}, sometimes=("Link",))},
)
def show_many() -> Response:
    query = query_of(CommentsQuery)
    wanted = Wanted(query.state, query.thread, query.updated_after, query.after, query.limit)
    with doors().database.reading() as session:
        rows = comments_of(session, caller().site_id, wanted)
    rows, more = rows[: query.limit], len(rows) > query.limit
    cursor = written(wanted.place_of(rows[-1])) if more else None
    base = doors().settings.url
    response = reply(CommentsPage(comments=tuple(listed(row, base=base) for row in rows), next_cursor=cursor))
    return link_next(response, f"{base}/v1/comments", cursor) if cursor else response


@bp.patch("/comments/<uuid:comment_id>")
@asks(Scope.SUBMIT)
@limited(Rate.KEY)
@operation(
    TAG,
    "Replace the words of a comment",
    detail="It goes back to `pending` and is checked again: the old verdict does not cover new words.",
    takes={JSON: EditBody},
    answers={200: Answer("The comment, pending again", {JSON: CommentShown})},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.ARCHIVED, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def revise(comment_id: UUID) -> Response:
    body, _ = body_of(EditBody)
    with doors().database.writing() as session:
        change = edit(session, caller().site_id, comment_id, body.text, version=body.version, now=datetime.now(UTC))
    doors().feeds.forget(change.thread_id)
    doors().bell.ring(Job.DRAIN)
    doors().bell.ring(Job.DELIVER)
    return reply(_shown(comment_id))


@bp.delete("/comments/<uuid:comment_id>")
@asks(Scope.SUBMIT)
@limited(Rate.KEY)
@operation(
    TAG,
    "Erase a comment",
    detail="Its words and everything about its author are gone for good; a tombstone without either stays. Safe to repeat.",
    answers={204: Answer("It is erased")},
    refusals=(Code.NOT_FOUND, Code.ARCHIVED, Code.CONFLICT),
)
def forget(comment_id: UUID) -> Response:
    with doors().database.writing() as session:
        change = erase(session, caller().site_id, comment_id, now=datetime.now(UTC))
    if change is not None:
        doors().feeds.forget(change.thread_id)
    doors().bell.ring(Job.DELIVER)
    return Response(status=204)


def _verdict_in_time(outcome: Accepted, wait: int | None) -> Response | None:
    if not wait or not doors().watcher.wait(outcome.comment_id, wait):
        return None
    try:
        return reply(_shown(outcome.comment_id))
    except (Gone, InArchive, NotFound):
        # Erased since: its host gets the answer that it got, and not an error for having asked again.
        return None


def _taken(outcome: Accepted, thread: str) -> Response:
    return reply(accepted(outcome.comment_id, caller().site_id, thread, base=doors().settings.url), 202)


def _shown(comment_id: UUID) -> CommentShown:
    with doors().database.reading() as session:
        row = comment_of(session, caller().site_id, comment_id)
        if row is None:
            raise absent(session, caller().site_id, comment_id)
        if row.comment.state == State.ERASED:
            raise Gone("this comment was erased")
        return shown(row, history_of(session, comment_id), base=doors().settings.url)
