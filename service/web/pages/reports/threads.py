"""The threads page: the state of each thread, such as open or closed for comments."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.site_settings import set_thread
from service.domain.errors import Invalid
from service.store.comments.threads import threads as listed
from service.store.tables.accounts import Role
from service.store.tables.comments import ThreadState
from service.web.auth.sessions import site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.queue.query_params import uuid
from service.web.resources.web_resources import resources

ROWS = 50


@bp.get("/threads")
@with_role(Role.VIEWER)
def threads() -> AnyResponse:
    words, state = request.args.get("words", "").replace("\0", "")[:200].strip(), request.args.get("state", "")
    state = state if state in list(ThreadState) else ""
    with resources().database.reading() as session:
        rows = listed(session, site_id(), words=words, state=state, before=uuid(request.args.get("before", "")), limit=ROWS)
    rows, more = rows[:ROWS], len(rows) > ROWS
    before = rows[-1].id if more else ""
    return page(
        "threads.html",
        rows=rows,
        words=words,
        state=state,
        states=list(ThreadState),
        before=before,
        done=request.args.get("done", ""),
    )


@bp.post("/threads/<uuid:thread_id>")
@with_role(Role.MODERATOR)
def change_thread(thread_id: UUID) -> AnyResponse:
    state = request.form.get("state", "")
    if state not in list(ThreadState):
        raise Invalid.field("/state", "unknown", f"expected one of {', '.join(ThreadState)}")
    with resources().database.writing() as session:
        set_thread(session, site_id(), thread_id, ThreadState(state))
    return redirect_to("pages.threads", site=site_id(), words=request.form.get("words", ""), done=state)
