"""The authors pages: all authors, the banned and the trusted ones, and one author, named by the id of a comment."""

from datetime import UTC, datetime
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation import notes_replies_bans
from service.domain.errors import NotFound
from service.domain.policy.site_policy import AUTHOR_LISTS, AuthorEntry, SitePolicy
from service.store.moderation.activity import activity_with
from service.store.moderation.authors import author_of
from service.store.moderation.authors import authors as known
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from service.web.auth.sessions import current_moderator_id, site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.queue import card_text
from service.web.resources.web_resources import resources


@bp.get("/authors")
@with_role(Role.VIEWER)
def authors() -> AnyResponse:
    """List the authors by the names that they chose. Their keyed hashes are never shown."""
    words = request.args.get("words", "").replace("\0", "")[:200].strip()
    with resources().database.reading() as session:
        this_site = site(session, site_id())
        rows = known(session, site_id(), words=words) if site_id() else []
    lists = {word: _entries(_listed(this_site, word).values()) for word in AUTHOR_LISTS}
    return page("authors.html", lists=lists, found=rows, words=words, standing=lambda key: _ban_or_trust(this_site, key))


@bp.get("/authors/<uuid:comment_id>")
@with_role(Role.VIEWER)
def author(comment_id: UUID) -> AnyResponse:
    with resources().database.reading() as session:
        this_site, writer = site(session, site_id()), author_of(session, site_id(), comment_id)
        past = activity_with(session, site_id(), writer.key) if writer else ()
    if writer is None:
        raise NotFound("no such comment on this site")
    word = _stored_name(this_site, writer.key)
    entry = _entries([_listed(this_site, word)[writer.key]])[0] if word else None
    return page(
        "author.html",
        one=writer,
        word=word,
        entry=entry,
        standing=_ban_or_trust(this_site, writer.key),
        past=past,
        card_text=card_text,
    )


@bp.post("/authors")
@with_role(Role.MODERATOR)
def forgive_author() -> AnyResponse:
    with resources().database.writing() as session:
        notes_replies_bans.lift_ban_or_trust(
            session, site_id(), request.form.get("entry", ""), moderator_id=current_moderator_id(), now=datetime.now(UTC)
        )
    return redirect_to("pages.authors", site=site_id())


def _listed(this_site: Site | None, word: str) -> dict[str, AuthorEntry]:
    return policy_of(this_site).authors(AUTHOR_LISTS[word])


def _stored_name(this_site: Site | None, key: str) -> str:
    """The stored entry for an author: `ban`, `trust` or empty. An expired entry is returned, too."""
    return next((word for word in AUTHOR_LISTS if key and key in _listed(this_site, word)), "")


def _ban_or_trust(this_site: Site | None, key: str) -> str:
    """The entry for an author if it is in force now: `ban`, `trust` or empty."""
    word = _stored_name(this_site, key)
    return (
        word
        if this_site and word and SitePolicy(this_site.policy).is_listed(AUTHOR_LISTS[word], key, at=datetime.now(UTC))
        else ""
    )


def _entries(stored: object) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = [
        {
            **entry,
            "at": datetime.fromisoformat(entry["at"]),
            "until": datetime.fromisoformat(entry["until"]) if entry["until"] else None,
        }
        for entry in stored  # type: ignore[attr-defined]
    ]
    return sorted(entries, key=lambda entry: str(entry["at"]), reverse=True)
