"""The tools of one comment: add a note, reply as the site, edit the text (the original is kept), ban or trust the author.

The forms are on the page of the comment and on the cards of the queue. The page's script asks for JSON, and stays in the queue.
"""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.comments.edit_erase import edit
from service.actions.moderation import notes_replies_bans
from service.actions.moderation.authors import judge_author
from service.clock import utcnow
from service.domain.errors import Invalid, NotFound
from service.domain.ids import new_id
from service.jobs.names import Job
from service.store.moderation import queue, queue_counts
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_role, current_sign_in, site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, redirect_to, unchanged, wants_json
from service.web.pages.queue.apply_action import undo_time
from service.web.pages.queue.js_translations import done_text
from service.web.pages.queue.page import counts_json, render_card
from service.web.pages.queue.query_params import asked_at, uuid, version
from service.web.pages.queue.rejection_reasons import rejections
from service.web.pages.reports.judgement_form import judgement
from service.web.resources.web_resources import resources

#: The forms that a card loads when they are opened: they depend on the comment.
LOADED = ("edit", "ban")


@bp.get("/queue/comments/<uuid:comment_id>/tools/<tool>")
@with_role(Role.MODERATOR)
def tool(comment_id: UUID, tool: str) -> Response:
    """One form of a comment as an HTML fragment."""
    with resources().database.reading() as session:
        row = queue.card_of(session, site_id(), comment_id)
        this_site = site(session, site_id())
    if row is None or tool not in LOADED:
        raise NotFound("no such comment or form on this site")
    return Response(render_template("tool.html", row=row, tool=tool, rejections=rejections(this_site)), mimetype="text/html")


@bp.post("/queue/comments/<uuid:comment_id>/note")
@with_role(Role.MODERATOR)
def add_note(comment_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        notes_replies_bans.add_note(
            session, site_id(), comment_id, request.form.get("text", ""), moderator_id=current_moderator_id(), now=utcnow()
        )
    return _back(comment_id, "note")


@bp.post("/queue/comments/<uuid:comment_id>/reply")
@with_role(Role.MODERATOR)
def reply_as_site(comment_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        replied = notes_replies_bans.reply(
            session, site_id(), comment_id, request.form.get("text", ""), version=version(request.form.get("version", "")),
            moderator_id=current_moderator_id(), pseudonyms=resources().pseudonyms, now=utcnow(), delay=undo_time(),
            action_id=uuid(request.form.get("action_id", "")) or new_id(),
        )  # fmt: skip
    resources().notifier.notify(Job.DELIVER)
    return _back(
        comment_id, "approved" if replied.approved else "reply", undo=bool(replied.approved), new_version=replied.approved
    )


@bp.post("/queue/comments/<uuid:comment_id>/edit")
@with_role(Role.MODERATOR)
def edit_text(comment_id: UUID) -> AnyResponse:
    """Replace the text. It is checked again, so the comment may return to the queue. Raises Invalid."""
    text = notes_replies_bans.clean_text(request.form.get("text", ""), notes_replies_bans.LONGEST)
    seen_version = version(request.form.get("version", ""))
    if seen_version is None:
        raise Invalid.field("/version", "format", "expected the version that you saw")
    with resources().database.writing() as session:
        edit(session, site_id(), comment_id, text, version=seen_version, now=utcnow())
        # Decisions do not record edits, so a note tells colleagues who changed the text.
        notes_replies_bans.add_note(
            session, site_id(), comment_id, _("I edited the text."), moderator_id=current_moderator_id(), now=utcnow()
        )
    resources().notifier.notify(Job.DRAIN)
    return _back(comment_id, "edit")


@bp.post("/queue/comments/<uuid:comment_id>/author")
@with_role(Role.MODERATOR)
def ban_or_trust_author(comment_id: UUID) -> AnyResponse:
    if request.form.get("act") == "":
        return unchanged()
    given = judgement(request.form.get("act", ""))
    with resources().database.writing() as session:
        judge_author(session, site_id(), comment_id, given, moderator=current_sign_in().moderator, now=utcnow())
    resources().notifier.notify(Job.DELIVER)
    return _back(comment_id, "author")


def _back(comment_id: UUID, done: str, **facts: Any) -> AnyResponse:
    """Back to the page of the comment; for the script, what was done and the card as it is now."""
    if not wants_json():
        return redirect_to("pages.comment", comment_id=comment_id, site=site_id(), done=done)
    return _json_response(comment_id, done, **facts)


def _json_response(comment_id: UUID, done: str, *, undo: bool = False, new_version: int = 0) -> Response:
    asked = asked_at(request.form.get("view", ""))
    with resources().database.reading() as session:
        numbers = queue_counts.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
    return jsonify(
        message=done_text(done),
        card=render_card(comment_id, asked),
        undo=undo,
        outcomes=[{"id": str(comment_id), "ok": True, "version": new_version}],
        **counts_json(numbers),
    )
