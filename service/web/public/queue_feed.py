"""The private feed of a moderator's queue (Atom). The token in its address reads this feed, and can do nothing else."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import force_locale
from werkzeug.http import parse_etags

from service.clock import utcnow
from service.domain.errors import NotFound
from service.domain.security.tokens import digest_of
from service.store.accounts.message_choices import choice_of, owner_of_feed
from service.store.accounts.moderators import roles_of
from service.store.db.column_types import AnyRow
from service.store.moderation.waiting import newest_waiting
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.i18n import _
from service.web.http.route_metadata import page, public
from service.web.pages.queue.reason_text import name_of
from service.web.public.feed_atom import as_atom
from service.web.public.feed_formats import ATOM, cleaned
from service.web.resources.web_resources import resources

bp = Blueprint("queue_feed", __name__)

#: The newest comments that a feed shows.
MOST = 50


@bp.get("/feeds/queue/<token>")
@public
@page
@rate_limited(Rate.ADDRESS)
def show_queue(token: str) -> Response:
    with resources().database.reading() as session:
        owner = owner_of_feed(session, digest_of(token))
        if owner is None:
            raise NotFound("there is no feed at this address; it may have been revoked")
        rows = newest_waiting(session, list(roles_of(session, owner)), limit=MOST)
        choice = choice_of(session, owner.id)
    language = str(owner.preferences.get("language") or choice.language or "en")
    etag = hashlib.sha256(repr((language, [(row.id, row.version) for row in rows])).encode()).hexdigest()[:24]
    if parse_etags(request.headers.get("If-None-Match")).contains_weak(etag):
        return _dressed(Response(status=304), etag)
    with force_locale(language):
        body = as_atom(
            feed_id=f"urn:uuid:{owner.id}", title=_("Comments that wait"), address=f"{_base()}/feeds/queue/{token}", home=f"{_base()}/queue",
            next_address="", site="Greenroom", opened_at=choice.feed_made_at or utcnow(), entries=_entries(rows),
        )  # fmt: skip
    return _dressed(Response(body, content_type=f"{ATOM}; charset=utf-8"), etag)


def _entries(rows: Sequence[AnyRow]) -> list[Mapping[str, Any]]:
    return [
        {
            "id": row.id, "parent": None, "author": cleaned(row.author_name) or _("Guest"), "author_url": "",
            "text": cleaned(row.text), "at": row.received_at, "edited_at": row.updated_at,
            "link": f"{_base()}/queue/comments/{row.id}?site={row.site_id}", "title": cleaned(_title(row)),
        }
        for row in rows
    ]  # fmt: skip


def _title(row: AnyRow) -> str:
    """Who, where and why."""
    where = row.thread_title or row.thread_name
    who = row.author_name or _("Guest")
    why = name_of(row.reason) if row.reason else _("held by hand")
    return _("%(who)s on “%(where)s” (%(site)s): %(why)s", who=who, where=where, site=row.site_id, why=why)


def _base() -> str:
    return resources().settings.url


def _dressed(response: Response, etag: str) -> Response:
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "private, max-age=60"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
