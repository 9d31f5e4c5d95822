"""The authors pages: who writes here and who is banned or trusted; and one author, named by the id of a comment."""

from datetime import UTC, datetime
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation import notes_replies_bans
from service.domain.errors import NotFound
from service.store.moderation.activity import activity_with
from service.store.moderation.authors import author_of
from service.store.moderation.authors import authors as known
from service.store.sites.sites import is_listed, site
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from service.web.auth.sessions import current_moderator_id, site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.queue import card_text
from service.web.pages.queue.comment_tools import STANDINGS
from service.web.resources.web_resources import resources


@bp.get("/authors")
@with_role(Role.VIEWER)
def authors() -> AnyResponse:
    """An author is named as he named himself, never by what makes him known."""
    words = request.args.get("words", "").replace("\0", "")[:200].strip()
    with resources().database.reading() as session:
        here = site(session, site_id())
        found = known(session, site_id(), words=words) if site_id() else []
    lists = {word: _entries(_listed(here, word).values()) for word in STANDINGS}
    return page("authors.html", lists=lists, found=found, words=words, standing=lambda key: _standing(here, key))


@bp.get("/authors/<uuid:comment_id>")
@with_role(Role.VIEWER)
def author(comment_id: UUID) -> AnyResponse:
    with resources().database.reading() as session:
        here, one = site(session, site_id()), author_of(session, site_id(), comment_id)
        past = activity_with(session, site_id(), one.key) if one else ()
    if one is None:
        raise NotFound("no such comment on this site")
    word = _word(here, one.key)
    entry = _entries([_listed(here, word)[one.key]])[0] if word else None
    return page("author.html", one=one, word=word, entry=entry, standing=_standing(here, one.key), past=past, card_text=card_text)


@bp.post("/authors")
@with_role(Role.MODERATOR)
def forgive_author() -> AnyResponse:
    with resources().database.writing() as session:
        notes_replies_bans.lift_ban_or_trust(
            session, site_id(), request.form.get("entry", ""), moderator_id=current_moderator_id(), now=datetime.now(UTC)
        )
    return redirect_to("pages.authors", site=site_id())


def _listed(here: Site | None, word: str) -> dict[str, dict[str, str]]:
    kept = (here.policy or {}).get(STANDINGS[word]) if here else None
    return kept if isinstance(kept, dict) else {}


def _word(here: Site | None, key: str) -> str:
    """What was said last of an author, whether it still holds or has ended: `ban`, `trust` or nothing."""
    return next((word for word in STANDINGS if key and key in _listed(here, word)), "")


def _standing(here: Site | None, key: str) -> str:
    """The same where it holds now."""
    word = _word(here, key)
    return word if here and word and is_listed(here, STANDINGS[word], key, at=datetime.now(UTC)) else ""


def _entries(kept: object) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = [
        {
            **entry,
            "at": datetime.fromisoformat(entry["at"]),
            "until": datetime.fromisoformat(entry["until"]) if entry["until"] else None,
        }
        for entry in kept  # type: ignore[attr-defined]
    ]
    return sorted(shown, key=lambda entry: str(entry["at"]), reverse=True)
