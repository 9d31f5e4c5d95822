"""A page that lists everything that waits by one author, or with one link, to reject all of it in one step. It never approves."""

from dataclasses import replace
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.domain.errors import NotFound
from service.store.moderation import queue
from service.store.moderation.queue_filter import Order, QueueFilter, Tab
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_role, site_id, with_role
from service.web.pages.blueprint import bp, page
from service.web.pages.queue.query_params import address, asked_at
from service.web.pages.queue.rejection_reasons import rejections
from service.web.resources.web_resources import resources

#: Most comments on the page, and so in one step: a moderator must be able to read them.
MOST = 100


@bp.get("/queue/comments/<uuid:comment_id>/together/<word>")
@with_role(Role.MODERATOR)
def reject_together(comment_id: UUID, word: str) -> AnyResponse:
    """The list for `author` or `link`, within the tab, filters and search of the view."""
    view = asked_at(request.args.get("view", ""))
    with resources().database.reading() as session:
        row = queue.card_of(session, site_id(), comment_id)
        if row is None or word not in ("author", "link") or (word == "link" and not row.link_domain):
            raise NotFound("no such comment on this site")
        asked = _same(view, comment_id, row.link_domain if word == "link" else "")
        listing = queue.listing(session, site_id(), asked, moderator_id=current_moderator_id(), role=current_role(), limit=MOST)
        reasons = rejections(site(session, site_id()))
    return page("reject_together.html", word=word, row=row, listing=listing, rejections=reasons, view=address(site_id(), view))


def _same(view: QueueFilter, comment_id: UUID, domain: str) -> QueueFilter:
    """The view, narrowed to one author or one link. Each comment is listed, also those of one group."""
    asked = replace(view, tab=Tab.HELD, order=Order.OLDEST, alike=None, shared=True, after="", each=True)
    return replace(asked, link=domain) if domain else replace(asked, author=comment_id)
