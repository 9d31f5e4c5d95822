"""A comment moderated in its place: a note, a reply as the site, an edit that keeps the original, a word on its author."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.comments.edit_erase import edit
from service.actions.moderation import notes_replies_bans as in_place
from service.domain.errors import Invalid
from service.jobs.names import Job
from service.store.tables.accounts import Role
from service.web.auth.sessions import me, my_id, site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import back_to, bp, unchanged
from service.web.resources.web_resources import doors

STANDINGS = {"ban": "blocked_authors", "trust": "trusted_authors"}


@bp.post("/queue/comments/<uuid:comment_id>/note")
@with_role(Role.MODERATOR)
def pin_note(comment_id: UUID) -> AnyResponse:
    with doors().database.writing() as session:
        in_place.pin(session, site_id(), comment_id, request.form.get("text", ""), moderator_id=my_id(), now=_now())
    return _back(comment_id, "note")


@bp.post("/queue/comments/<uuid:comment_id>/reply")
@with_role(Role.MODERATOR)
def reply_as_site(comment_id: UUID) -> AnyResponse:
    delay = timedelta(seconds=doors().settings.decision_delay)
    with doors().database.writing() as session:
        in_place.reply(
            session, site_id(), comment_id, request.form.get("text", ""), moderator_id=my_id(),
            identities=doors().identities, now=_now(), delay=delay,
        )  # fmt: skip
    doors().bell.ring(Job.DELIVER)
    return _back(comment_id, "reply")


@bp.post("/queue/comments/<uuid:comment_id>/edit")
@with_role(Role.MODERATOR)
def edit_text(comment_id: UUID) -> AnyResponse:
    """The new words are checked again, so the comment may come back here."""
    text = request.form.get("text", "").replace("\0", "").replace("\r\n", "\n").strip()
    version = request.form.get("version", "")
    if not text or len(text) > in_place.LONGEST:
        raise Invalid.field("/text", "length", f"expected 1 to {in_place.LONGEST} characters")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise Invalid.field("/version", "format", "expected the version that you saw")
    with doors().database.writing() as session:
        edit(session, site_id(), comment_id, text, version=int(version), now=_now())
        # The decisions know nothing of words: a note tells colleagues whose these are.
        in_place.pin(session, site_id(), comment_id, _("I edited the words."), moderator_id=my_id(), now=_now())
    doors().bell.ring(Job.DRAIN)
    return _back(comment_id, "edit")


@bp.post("/queue/comments/<uuid:comment_id>/author")
@with_role(Role.MODERATOR)
def judge_author(comment_id: UUID) -> AnyResponse:
    if request.form.get("act") == "":
        return unchanged()
    days = request.form.get("days", "")
    until = _now() + timedelta(days=int(days)) if days in ("1", "7", "30", "365") else None
    with doors().database.writing() as session:
        in_place.judge_author(
            session, site_id(), comment_id, STANDINGS.get(request.form.get("act", ""), ""), moderator=me().moderator,
            why=request.form.get("why", "").replace("\0", ""), until=until, now=_now(),
        )  # fmt: skip
    return _back(comment_id, "author")


def _back(comment_id: UUID, done: str) -> AnyResponse:
    return back_to("pages.comment", comment_id=comment_id, site=site_id(), done=done)


def _now() -> datetime:
    return datetime.now(UTC)
