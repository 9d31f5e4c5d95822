"""What a moderator does about an author: ban, trust, review, warn, and remove what is there. Each can be taken back."""

from dataclasses import dataclass
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation import authors
from service.clock import utcnow
from service.domain.errors import Conflict, Invalid
from service.domain.ids import new_id
from service.domain.states import State
from service.jobs.names import Job
from service.store.moderation.authors import Listed
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_sign_in, site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, redirect_to, unchanged
from service.web.pages.queue.apply_action import apply_undo, undo_time
from service.web.pages.queue.query_params import action_id, moment, uuid
from service.web.pages.queue.rejection_reasons import message_to_author
from service.web.pages.reports.authors import render_author
from service.web.pages.reports.judgement_form import judgement as parse_judgement
from service.web.resources.web_resources import resources

#: The comments that a form can remove, as its checkboxes name them.
REMOVABLE: dict[str, tuple[State, ...]] = {"waiting": authors.WAITING, "published": authors.PUBLISHED}


@dataclass(frozen=True, slots=True)
class _Removal:
    """The states of the comments to remove, the comments that the page listed, the reason, and the message to the author."""

    states: tuple[State, ...]
    listed: Listed
    reason: str = ""
    note: str = ""


@bp.post("/authors/<uuid:comment_id>")
@with_role(Role.MODERATOR)
def judge_author(comment_id: UUID) -> AnyResponse:
    """Apply the form about an author: ban, trust or review them, and remove the comments whose boxes are ticked."""
    act = request.form.get("act", "")
    if act == "":
        return unchanged()
    try:
        judgement = None if act == "remove" else parse_judgement(act)
        with resources().database.writing() as session:
            removal = _removal(session, comment_id)
            if judgement is None and removal is None:
                raise Invalid.field("/remove", "missing", _("Tick which comments to remove."))
            if judgement:
                authors.judge_author(
                    session, site_id(), comment_id, judgement, moderator=current_sign_in().moderator, now=utcnow()
                )
            removal_id = new_id()
            number = _remove(session, removal, removal_id) if removal else 0
    except (Invalid, Conflict) as refusal:
        return render_author(comment_id, refusal)
    resources().notifier.notify(Job.DELIVER)
    return _back(comment_id, done=act, removed=number, action=removal_id if number else None)


@bp.post("/authors/<uuid:comment_id>/warning")
@with_role(Role.MODERATOR)
def warn_author(comment_id: UUID) -> AnyResponse:
    try:
        with resources().database.writing() as session:
            message = request.form.get("message", "")
            authors.warn_author(session, site_id(), comment_id, message, moderator_id=current_moderator_id(), now=utcnow())
    except (Invalid, Conflict) as refusal:
        return render_author(comment_id, refusal)
    resources().notifier.notify(Job.DELIVER)
    return _back(comment_id, done="warn")


@bp.post("/authors/<uuid:comment_id>/undo")
@with_role(Role.MODERATOR)
def undo_removal(comment_id: UUID) -> AnyResponse:
    """Undo the removal of comments. A comment that changed since stays as it is."""
    with resources().database.writing() as session:
        outcomes = apply_undo(session, action_id(request.form))
    return _back(comment_id, done="undone", removed=sum(outcome.refusal is None for outcome in outcomes))


@bp.post("/authors")
@with_role(Role.MODERATOR)
def forgive_author() -> AnyResponse:
    with resources().database.writing() as session:
        authors.lift_judgement(
            session, site_id(), request.form.get("entry", ""), moderator_id=current_moderator_id(), now=utcnow()
        )
    resources().notifier.notify(Job.DELIVER)
    if comment_id := uuid(request.form.get("author", "")):
        return redirect_to("pages.author", comment_id=comment_id, site=site_id(), done="forgiven")
    return redirect_to("pages.authors", site=site_id(), done="forgiven")


def _removal(session: Session, comment_id: UUID) -> _Removal | None:
    states = tuple(state for name in request.form.getlist("remove") for state in REMOVABLE.get(name, ()))
    since, until = moment(request.form.get("since", "")), moment(request.form.get("until", ""))
    if not states or since is None or until is None:
        return None
    reason = request.form.get("reason", "")[:64]
    message = message_to_author(site(session, site_id()), reason)
    return _Removal(states, Listed(comment_id, since, until), reason, message)


def _remove(session: Session, removal: _Removal, action_id: UUID) -> int:
    """How many comments were removed."""
    outcomes = authors.remove_comments(
        session, site_id(), removal.listed, removal.states, action_id=action_id, moderator_id=current_moderator_id(), now=utcnow(),
        delay=undo_time(), reason=removal.reason, note=removal.note,
    )  # fmt: skip
    return sum(outcome.refusal is None for outcome in outcomes)


def _back(comment_id: UUID, **facts: object) -> AnyResponse:
    return redirect_to("pages.author", comment_id=comment_id, site=site_id(), **{k: v for k, v in facts.items() if v})
