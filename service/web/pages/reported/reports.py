"""The tab Reported: comments that readers reported, and the decision to keep or to remove each."""

from dataclasses import dataclass
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation.queue_actions import Outcome, SeenComment
from service.actions.reported.answer import keep_reported, remove_reported
from service.clock import utcnow
from service.domain.errors import AlreadyDecided, Conflict, Invalid
from service.domain.ids import new_id
from service.domain.reported.weights import is_often_unfounded
from service.jobs.names import Job
from service.store.moderation import queue_counts
from service.store.reported.complaints import count_complaints
from service.store.reported.reports import count_reported, histories, reported_comments
from service.store.reported.sanctions import sanctions, suspensions
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_role, site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to, unchanged
from service.web.pages.queue import card_text
from service.web.pages.queue.apply_action import undo_time
from service.web.pages.queue.conflict_text import conflict_text
from service.web.pages.queue.page import queue_tabs
from service.web.pages.queue.query_params import seen_comment, uuid
from service.web.pages.queue.rejection_reasons import SPAM, message_to_author, rejections
from service.web.pages.reported import report_text
from service.web.resources.web_resources import resources


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reported comments and complaints wait."""

    reported: int
    complaints: int


@bp.context_processor
def _numbers() -> dict[str, object]:
    return {"reported_numbers": _waiting}


def _waiting() -> Waiting:
    with resources().database.reading() as session:
        return Waiting(count_reported(session, site_id()), count_complaints(session, site_id()))


@bp.get("/queue/reported")
@with_role(Role.VIEWER)
def reported() -> AnyResponse:
    return render_reported()


@bp.post("/queue/reported")
@with_role(Role.MODERATOR)
def answer_reports() -> AnyResponse:
    """Keep or remove one reported comment."""
    form = request.form
    if form.get("act", "") == "":
        return unchanged()
    seen = seen_comment(form.get("comment", ""))
    if seen is None or seen.version is None:
        raise Invalid.field("/comment", "format", "expected the comment and the version that you saw")
    action_id = new_id()
    try:
        with resources().database.writing() as session:
            if form["act"] == "keep":
                keep_reported(
                    session, site_id(), seen.comment_id, [i for value in form.getlist("report") if (i := uuid(value))], version=seen.version,
                    moderator_id=current_moderator_id(), message=form.get("answer", "").strip()[:2000], now=utcnow(), delay=undo_time(),
                )  # fmt: skip
            elif form["act"] == "reject":
                _remove(session, seen, action_id)
            else:
                raise Invalid.field("/act", "unknown", "expected keep or reject")
    except (AlreadyDecided, Conflict) as error:
        return render_reported(409, faults=conflict_text([Outcome(seen.comment_id, refusal=error)]))
    resources().notifier.notify(Job.DELIVER)
    if form["act"] == "keep":
        return redirect_to("pages.reported", site=site_id(), done="kept")
    return redirect_to("pages.reported", site=site_id(), done="rejected", action=action_id)


def _remove(session: Session, seen: SeenComment, action_id: UUID) -> None:
    reason = request.form.get("reason", "")
    this_site = site(session, site_id())
    if reason not in (SPAM, *(rejection.code for rejection in rejections(this_site))):
        raise Invalid.field("/reason", "unknown", _("Choose a reason."))
    remove_reported(
        session, site_id(), seen.comment_id, version=seen.version, action_id=action_id, moderator_id=current_moderator_id(), reason=reason,
        note=request.form.get("note", "").strip()[:2000] or message_to_author(this_site, reason), now=utcnow(), delay=undo_time(),
    )  # fmt: skip


def render_reported(status: int = 200, *, faults: list[str] | None = None) -> AnyResponse:
    if not site_id():
        return page("no_site.html")
    with resources().database.reading() as session:
        items = reported_comments(session, site_id())
        suspended = suspensions(session, site_id(), now=utcnow())
        keys = {report.reporter_key for item in items for report in item.reports} | {report.reporter_key for report in suspended}
        in_force = sanctions(session, site_id(), keys - {""}, now=utcnow())
        records = histories(session, site_id(), {report.reporter_key for report in suspended})
        here = site(session, site_id())
        numbers = queue_counts.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
    return page(
        "reported.html", status, items=items, here=here, tabs=queue_tabs(numbers), faults=faults or [], rejections=rejections(here),
        flaggers=policy_of(here).trusted_flaggers, card_text=card_text, words=report_text, done=request.args.get("done", ""),
        action_id=uuid(request.args.get("action", "")), suspended=suspended, sanctions=in_force, records=records,
        is_often_unfounded=is_often_unfounded,
    )  # fmt: skip
