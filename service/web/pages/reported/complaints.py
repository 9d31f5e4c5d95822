"""The tab Complaints: another person than before decides whether a decision stands."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation.queue_actions import Outcome
from service.actions.reported.complain import SamePerson, decide_complaint
from service.clock import utcnow
from service.domain.errors import AlreadyDecided, Conflict, Gone, Invalid, Refusal
from service.domain.ids import new_id
from service.jobs.names import Job
from service.store.moderation import queue_counts
from service.store.reported.complaints import complaint_with, open_complaints
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_role, site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to, unchanged
from service.web.pages.error_text import error_text
from service.web.pages.queue import card_text
from service.web.pages.queue.apply_action import undo_time
from service.web.pages.queue.conflict_text import conflict_text
from service.web.pages.queue.page import queue_tabs
from service.web.pages.queue.query_params import uuid, version
from service.web.pages.queue.rejection_reasons import reason_label
from service.web.pages.reported import report_text
from service.web.pages.reports.authors import with_times
from service.web.resources.web_resources import resources


@bp.get("/queue/complaints")
@with_role(Role.VIEWER)
def complaints() -> AnyResponse:
    return _render()


@bp.post("/queue/complaints")
@with_role(Role.MODERATOR)
def answer_complaint() -> AnyResponse:
    """Reverse a decision, or let it stand."""
    form = request.form
    act, complaint_id, seen_version = form.get("act", ""), uuid(form.get("complaint", "")), version(form.get("version", ""))
    if act == "":
        return unchanged()
    if complaint_id is None or seen_version is None or act not in ("reverse", "stand"):
        raise Invalid.field("/act", "unknown", "expected a complaint, the version that you saw, and reverse or stand")
    action_id = new_id()
    try:
        with resources().database.writing() as session:
            complaint = decide_complaint(
                session, site_id(), complaint_id, uphold=act == "reverse", version=seen_version, moderator_id=current_moderator_id(),
                note=form.get("note", "").strip()[:2000], now=utcnow(), delay=undo_time(), action_id=action_id,
            )  # fmt: skip
    except SamePerson:
        return _render(403, faults=[_("You made this decision. Another person has to decide about the complaint.")])
    except (AlreadyDecided, Conflict, Gone) as error:
        return _render(409, faults=_conflict(complaint_id, error))
    resources().notifier.notify(Job.DELIVER)
    can_be_undone = {"action": action_id} if complaint.decision_id else {}
    return redirect_to("pages.complaints", site=site_id(), done=act, **can_be_undone)


def _conflict(complaint_id: UUID, error: Refusal) -> list[str]:
    """What has happened to the complaint, or to its comment, in the language of the page."""
    with resources().database.reading() as session:
        complaint = complaint_with(session, site_id(), complaint_id)
    return conflict_text([Outcome(complaint.comment_id, refusal=error)]) if complaint else [error_text(error)]


def _render(status: int = 200, *, faults: list[str] | None = None) -> AnyResponse:
    if not site_id():
        return page("no_site.html")
    with resources().database.reading() as session:
        items, here = open_complaints(session, site_id()), site(session, site_id())
        bans = {entry["id"]: with_times(entry) for entry in policy_of(here).authors("blocked_authors").values()}
        numbers = queue_counts.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
    return page(
        "complaints.html", status, items=items, here=here, tabs=queue_tabs(numbers), faults=faults or [], card_text=card_text,
        words=report_text, done=request.args.get("done", ""), my_id=current_moderator_id(), reason_label=reason_label,
        action_id=uuid(request.args.get("action", "")), bans=bans,
    )  # fmt: skip
