"""Forms on a comment's page: add a note, reply as the site, edit the text (the original is kept), ban or trust the author."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.comments.edit_erase import edit
from service.actions.moderation import notes_replies_bans
from service.domain.errors import Invalid
from service.jobs.names import Job
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_sign_in, site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, redirect_to, unchanged
from service.web.resources.web_resources import resources


@bp.post("/queue/comments/<uuid:comment_id>/note")
@with_role(Role.MODERATOR)
def add_note(comment_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        notes_replies_bans.add_note(
            session, site_id(), comment_id, request.form.get("text", ""), moderator_id=current_moderator_id(), now=_now()
        )
    return _back(comment_id, "note")


@bp.post("/queue/comments/<uuid:comment_id>/reply")
@with_role(Role.MODERATOR)
def reply_as_site(comment_id: UUID) -> AnyResponse:
    delay = timedelta(seconds=resources().settings.decision_delay)
    with resources().database.writing() as session:
        notes_replies_bans.reply(
            session, site_id(), comment_id, request.form.get("text", ""), moderator_id=current_moderator_id(),
            pseudonyms=resources().pseudonyms, now=_now(), delay=delay,
        )  # fmt: skip
    resources().notifier.notify(Job.DELIVER)
    return _back(comment_id, "reply")


@bp.post("/queue/comments/<uuid:comment_id>/edit")
@with_role(Role.MODERATOR)
def edit_text(comment_id: UUID) -> AnyResponse:
    """Replace the text. It is checked again, so the comment may return to the queue. Raises Invalid."""
    text = request.form.get("text", "").replace("\0", "").replace("\r\n", "\n").strip()
    version = request.form.get("version", "")
    if not text or len(text) > notes_replies_bans.LONGEST:
        raise Invalid.field("/text", "length", f"expected 1 to {notes_replies_bans.LONGEST} characters")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise Invalid.field("/version", "format", "expected the version that you saw")
    with resources().database.writing() as session:
        edit(session, site_id(), comment_id, text, version=int(version), now=_now())
        # Decisions do not record edits, so a note tells colleagues who changed the text.
        notes_replies_bans.add_note(
            session, site_id(), comment_id, _("I edited the words."), moderator_id=current_moderator_id(), now=_now()
        )
    resources().notifier.notify(Job.DRAIN)
    return _back(comment_id, "edit")


@bp.post("/queue/comments/<uuid:comment_id>/author")
@with_role(Role.MODERATOR)
def ban_or_trust_author(comment_id: UUID) -> AnyResponse:
    if request.form.get("act") == "":
        return unchanged()
    days = request.form.get("days", "")
    until = _now() + timedelta(days=int(days)) if days in ("1", "7", "30", "365") else None
    with resources().database.writing() as session:
        notes_replies_bans.ban_or_trust(
            session, site_id(), comment_id, request.form.get("act", ""), moderator=current_sign_in().moderator,
            why=request.form.get("why", "").replace("\0", ""), until=until, now=_now(),
        )  # fmt: skip
    return _back(comment_id, "author")


def _back(comment_id: UUID, done: str) -> AnyResponse:
    return redirect_to("pages.comment", comment_id=comment_id, site=site_id(), done=done)


def _now() -> datetime:
    return datetime.now(UTC)
