"""The host API for threads: a page got another title, address or id, or two pages became one."""

from flask import Blueprint, Response
from pydantic import Field

from service.actions.comments.move_thread import rename_thread
from service.domain.errors import Code
from service.domain.ids import thread_id
from service.store.tables.comments import ThreadState
from service.store.tables.sites import Scope
from service.web.api.comment_response import ThreadResponse
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.field_types import THREAD_PATH, Address, Line, Required, Strict
from service.web.http.json_body import parse_body
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.batches import move_thread
from service.web.resources.web_resources import resources

bp = Blueprint("threads", __name__, url_prefix="/v1")


class ThreadChange(Strict):
    """What is new about a thread. What is left out stays."""

    id: Required | None = Field(default=None, description="Your new word for the page. All comments move to it.")
    url: Address | None = Field(default=None, description="Where readers find it now; empty for nowhere.")
    title: Line | None = Field(default=None, description="Its new headline.")
    join: bool = Field(
        default=False, description="If there is a thread with the new id, its comments and these become one thread."
    )


class ThreadChanged(ThreadResponse):
    """A thread after a change. `moved`: how many comments came to it from another thread."""

    state: ThreadState
    approved: int
    moved: int


@bp.patch("/threads/<whole_thread:thread>")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    "Threads",
    "Rename, move or join a thread",
    detail="With a new `id` the comments move, in batches, and the old thread is gone; its feed is empty. If the answer is lost, send it "
    "again with `join`. Moved comments count as changed (`updated_after`); no webhook is sent for them.",
    path=THREAD_PATH,
    takes={JSON: ThreadChange},
    answers={200: Answer("The thread as it is now", {JSON: ThreadChanged})},
    refusals=(Code.NOT_FOUND, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def change_thread(thread: str) -> Response:
    body, _ = parse_body(ThreadChange)
    site_id, database = api_key().site_id, resources().database
    name = body.id or thread
    moved = move_thread(database, site_id, thread, name, join=body.join) if name != thread else 0
    with database.writing() as session:
        row = rename_thread(session, site_id, name, url=body.url, title=body.title)
        changed = ThreadChanged(
            id=row.external_id, url=row.url, title=row.title, state=ThreadState(row.state), approved=row.approved, moved=moved
        )
    for one in {thread, name}:
        resources().feeds.evict(thread_id(site_id, one))
    return json_response(changed)
