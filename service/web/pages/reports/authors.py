"""The authors pages: all authors, those on a list, and one author, named by the id of a comment."""

from datetime import datetime
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation.authors import PUBLISHED, WAITING
from service.clock import utcnow
from service.domain.errors import NotFound, Refusal
from service.domain.policy.site_policy import AUTHOR_LISTS, SENDER_LISTS, AuthorEntry, SitePolicy
from service.store.moderation.activity import activity_with
from service.store.moderation.authors import author_of
from service.store.moderation.authors import authors as known
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from service.web.auth.sessions import site_id, with_role
from service.web.http.errors import STATUS
from service.web.http.i18n import _, ngettext
from service.web.pages.blueprint import bp, page
from service.web.pages.error_text import error_text
from service.web.pages.queue import card_text
from service.web.pages.queue.query_params import uuid
from service.web.pages.queue.rejection_reasons import SPAM, rejections
from service.web.pages.reports.judgement_form import DURATIONS
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
    senders = {kind: _entries(policy_of(this_site).authors(name).values()) for kind, name in SENDER_LISTS.items()}
    return page(
        "authors.html",
        lists=lists,
        senders=senders,
        found=rows,
        words=words,
        done=request.args.get("done", ""),
        standing=lambda key: _ban_or_trust(this_site, key),
    )


@bp.get("/authors/<uuid:comment_id>")
@with_role(Role.VIEWER)
def author(comment_id: UUID) -> AnyResponse:
    return render_author(comment_id)


def render_author(comment_id: UUID, refusal: Refusal | None = None) -> AnyResponse:
    """The page of the author of this comment. With a refusal the form keeps what was typed, and says what is wrong."""
    with resources().database.reading() as session:
        this_site, writer = site(session, site_id()), author_of(session, site_id(), comment_id)
        past = activity_with(session, site_id(), writer.key) if writer else ()
        reasons = rejections(this_site)
    if writer is None:
        raise NotFound("no such comment on this site")
    word = _stored_name(this_site, writer.key)
    removed = request.args.get("removed", "")
    return page(
        "author.html",
        STATUS[refusal.code] if refusal else 200,
        one=writer,
        word=word,
        entry=_entries([_listed(this_site, word)[writer.key]])[0] if word else None,
        standing=_ban_or_trust(this_site, writer.key),
        past=past,
        card_text=card_text,
        fault=error_text(refusal) if refusal else "",
        typed=request.form,
        done=_done_text(request.args.get("done", ""), int(removed) if removed.isdecimal() and len(removed) < 6 else 0),
        action=uuid(request.args.get("action", "")),
        durations=list(DURATIONS),
        rejections=reasons,
        spam=SPAM,
        waiting=writer.listed(*WAITING),
        published=writer.listed(*PUBLISHED),
    )


def _done_text(done: str, removed: int) -> str:
    """What a form about an author did, as a sentence."""
    texts = {
        "ban": _("The author is banned: what they send from now on is rejected."),
        "trust": _("The author is trusted from now on."),
        "review": _("Every comment by this author waits for a moderator from now on."),
        "warn": _("The message is on its way to your site, which shows it to the author."),
        "forgiven": _("Undone."),
    }
    if done == "undone":
        return ngettext("%(num)s comment is back.", "%(num)s comments are back.", removed)
    gone = ngettext("%(num)s comment was rejected.", "%(num)s comments were rejected.", removed) if removed else ""
    return " ".join(filter(None, (texts.get(done, ""), gone)))


def _listed(this_site: Site | None, word: str) -> dict[str, AuthorEntry]:
    return policy_of(this_site).authors(AUTHOR_LISTS[word])


def _stored_name(this_site: Site | None, key: str) -> str:
    """The stored entry for an author: a key of `AUTHOR_LISTS`, or empty. An expired entry is returned, too."""
    return next((word for word in AUTHOR_LISTS if key and key in _listed(this_site, word)), "")


def _ban_or_trust(this_site: Site | None, key: str) -> str:
    """The entry for an author if it is in force now: a key of `AUTHOR_LISTS`, or empty."""
    word = _stored_name(this_site, key)
    return word if this_site and word and SitePolicy(this_site.policy).is_listed(AUTHOR_LISTS[word], key, at=utcnow()) else ""


def _entries(stored: object) -> list[dict[str, object]]:
    entries = [with_times(entry) for entry in stored]  # type: ignore[attr-defined]
    return sorted(entries, key=lambda entry: str(entry["at"]), reverse=True)


def with_times(entry: AuthorEntry) -> dict[str, object]:
    """An entry with its times as datetimes; `until` is None for ever."""
    until = datetime.fromisoformat(entry["until"]) if entry["until"] else None
    return {**entry, "at": datetime.fromisoformat(entry["at"]), "until": until}
