"""The queue page: the held comments, why they are held, and their context. The views in this module only show; they decide
nothing."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from flask import Response, jsonify, render_template, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation.screen_lease import lease
from service.clock import utcnow
from service.domain.policy.site_policy import AUTHOR_LISTS
from service.store.db.column_types import AnyRow
from service.store.lifecycle.archives import absent, left_until
from service.store.moderation import queue as waiting
from service.store.moderation import queue_counts
from service.store.moderation.activity import activity_about
from service.store.moderation.cards import cards
from service.store.moderation.comment_context import comment_context, earlier_words
from service.store.moderation.decision_log import colleagues, decisions_about
from service.store.moderation.last_action import last_action
from service.store.moderation.queue_filter import QueueFilter, Tab
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.store.tables.comments import Thread
from service.store.tables.sites import Site
from service.web.auth.sessions import current_moderator_id, current_role, current_sign_in, site_id, with_role
from service.web.http.i18n import ago, count
from service.web.http.json_body import parse
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.highlight import highlight, visible_text
from service.web.pages.queue import card_text, reason_text
from service.web.pages.queue.js_translations import done_text, key_names, script_words, tool_names
from service.web.pages.queue.practice import invited, is_owed
from service.web.pages.queue.query_params import address, moment, queue_filter, uuid
from service.web.pages.queue.rejection_reasons import rejections
from service.web.resources.web_resources import resources

#: Cards on one page.
CARDS = 14
#: In the forms that the script copies to a card, the place of the comment's id.
NOBODY = UUID(int=0)


@bp.get("/queue")
@with_role(Role.VIEWER)
def queue() -> AnyResponse:
    with resources().database.reading() as session:
        if site_id() and is_owed(session, site(session, site_id())):
            return redirect_to("pages.practice", site=site_id())
    return render_queue(queue_filter(request.args))


@bp.get("/queue/cards")
@with_role(Role.VIEWER)
def more_cards() -> Response:
    """The next cards as an HTML fragment, for an open page. The headers X-After and X-Loaded hold the cursor and the time."""
    asked = queue_filter(request.args)
    with resources().database.reading() as session:
        asked, listing = _next_page(session, asked)
        batch = cards(session, site_id(), listing.rows, asked, moderator_id=current_moderator_id(), now=utcnow())
        this_site = site(session, site_id())
    html = render_template("cards.html", cards=batch, asked=asked, rejections=rejections(this_site), **_helpers(asked, this_site))
    return Response(html, mimetype="text/html", headers={"X-After": listing.after, "X-Loaded": utcnow().isoformat()})


class LeaseBody(BaseModel):
    """The comments that are on the screen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ids: Annotated[list[UUID], Field(max_length=50)]


@bp.post("/queue/leases")
@with_role(Role.MODERATOR)
def lease_cards() -> Response:
    """Lease the cards on the screen, so that colleagues get other cards first. The page repeats this request while its user is
    active."""
    body = parse(LeaseBody, request.get_data())
    with resources().database.writing() as session:
        lease(session, site_id(), body.ids, moderator_id=current_moderator_id(), now=utcnow())
    return jsonify(leased=len(body.ids))


@bp.get("/queue/counts")
@with_role(Role.VIEWER)
def counts() -> Response:
    """The numbers on the tabs, and how many comments were held since the page was loaded."""
    since = moment(request.args.get("since", ""))
    with resources().database.reading() as session:
        numbers = queue_counts.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
        fresh = queue_counts.newer(session, site_id(), than=since) if since else 0
    return jsonify(**counts_json(numbers), oldest_words=ago(numbers.oldest) if numbers.oldest else "", fresh=fresh)


@bp.get("/queue/comments/<uuid:comment_id>")
@with_role(Role.VIEWER)
def comment(comment_id: UUID) -> AnyResponse:
    """The page of one comment, with its context and history."""
    asked = QueueFilter()
    with resources().database.reading() as session:
        row = waiting.card_of(session, site_id(), comment_id)
        if row is None:
            raise absent(session, site_id(), comment_id)
        found_cards = cards(session, site_id(), [row], asked, moderator_id=current_moderator_id(), now=utcnow())
        around = comment_context(session, row, asked)
        originals = earlier_words(session, comment_id)
        people = _colleagues(session)
        steps = [*decisions_about(session, site_id(), comment_id), *activity_about(session, site_id(), comment_id)]
        this_site, archived = site(session, site_id()), left_until(session, comment_id)
    return page(
        "comment.html",
        archived=archived,
        cards=found_cards,
        card=found_cards[0],
        around=around,
        asked=asked,
        rejections=rejections(this_site),
        originals=originals,
        people=people,
        steps=sorted(steps, key=lambda step: step.at, reverse=True),
        done=done_text(request.args.get("done", "")),
        **_helpers(asked, this_site),
    )


def render_card(comment_id: UUID, asked: QueueFilter) -> str:
    """The card of a comment in this view as HTML; empty if the view does not contain it (any more)."""
    with resources().database.reading() as session:
        row = waiting.in_view(session, site_id(), comment_id, asked)
        if row is None:
            return ""
        batch = cards(session, site_id(), [row], asked, moderator_id=current_moderator_id(), now=utcnow())
        this_site = site(session, site_id())
    return render_template("cards.html", cards=batch, asked=asked, rejections=rejections(this_site), **_helpers(asked, this_site))


@bp.get("/queue/comments/<uuid:comment_id>/context")
@with_role(Role.VIEWER)
def context(comment_id: UUID) -> Response:
    """The context of a card as an HTML fragment: its thread, the author's last comments, the group's members in this view."""
    asked = queue_filter(request.args)
    with resources().database.reading() as session:
        row = waiting.card_of(session, site_id(), comment_id)
        if row is None:
            raise absent(session, site_id(), comment_id)
        card = cards(session, site_id(), [row], asked, moderator_id=current_moderator_id(), now=utcnow())[0]
        around = comment_context(session, row, asked)
    html = render_template("context.html", card=card, around=around, **_helpers(asked, None))
    return Response(html, mimetype="text/html")


def render_queue(asked: QueueFilter, status: int = 200, *, outcomes: list[str] | None = None) -> AnyResponse:
    """Render the page for a view. `outcomes`: sentences about failed actions."""
    if not site_id():
        return page("no_site.html")
    with resources().database.reading() as session:
        asked, listing = _next_page(session, asked)
        if not listing.rows and asked.after:
            # All comments after the cursor are decided, but comments before the cursor may still wait: show the first page.
            asked, listing = _next_page(session, replace(asked, after=""))
        colleagues = queue_counts.leased(session, site_id(), moderator_id=current_moderator_id(), now=utcnow())
        found_cards = cards(session, site_id(), listing.rows, asked, moderator_id=current_moderator_id(), now=utcnow())
        numbers = queue_counts.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
        reasons, languages = queue_counts.offered(session, site_id())
        recent = last_action(session, site_id(), current_moderator_id(), since=current_sign_in().session.created_at)
        around = comment_context(session, found_cards[0].row, asked) if found_cards else None
        thread = session.get(Thread, asked.thread) if asked.thread else None
        people = _colleagues(session)
        this_site = site(session, site_id())
    return page(
        "queue.html",
        status,
        cards=found_cards,
        after=listing.after,
        colleagues=colleagues,
        invited=invited(),
        people=people,
        numbers=numbers,
        reasons=reasons,
        spoken=languages,
        last_action=recent,
        undone=uuid(request.args.get("undone", "")),
        around=around,
        thread=thread if thread and thread.site_id == site_id() else None,
        asked=asked,
        tabs=queue_tabs(numbers),
        rejections=rejections(this_site),
        notices=outcomes or [],
        loaded=utcnow().isoformat(),
        script_words=script_words(),
        key_names=key_names(),
        tool_names=tool_names(),
        nobody=NOBODY,
        **_helpers(asked, this_site),
    )


def _next_page(session: Session, asked: QueueFilter) -> tuple[QueueFilter, waiting.Page]:
    """One page of a view. If only cards that colleagues have leased are left, show those: a lease changes only the order of the
    work."""
    listing = waiting.listing(session, site_id(), asked, moderator_id=current_moderator_id(), role=current_role(), limit=CARDS)
    if (
        not listing.rows
        and not asked.after
        and queue_counts.leased(session, site_id(), moderator_id=current_moderator_id(), now=utcnow())
    ):
        asked = replace(asked, shared=True)
        listing = waiting.listing(
            session, site_id(), asked, moderator_id=current_moderator_id(), role=current_role(), limit=CARDS
        )
    return asked, listing


def counts_json(found: queue_counts.Counts) -> dict[str, Any]:
    """The numbers on the tabs. Under `shown` the same numbers are formatted as text."""
    numbers = {tab: getattr(found, tab) for tab in ("held", "yours", "escalated", "mine", "approved", "rejected")}
    return {**numbers, "shown": {tab: count(number) for tab, number in numbers.items()}}


def queue_tabs(numbers: queue_counts.Counts) -> list[tuple[Tab, int | None]]:
    """The tabs in their order, each with its number. What nobody has looked at is not counted: that would read the history of
    thousands of comments for each page."""
    order = (Tab.HELD, Tab.YOURS, Tab.ESCALATED, Tab.MINE, Tab.APPROVED, Tab.REJECTED, Tab.PUBLISHED_UNSEEN, Tab.REJECTED_UNSEEN)
    return [(tab, getattr(numbers, tab, None)) for tab in order]


def _colleagues(session: Session) -> list[AnyRow]:
    """The colleagues to whom this moderator can escalate."""
    return [person for person in colleagues(session, site_id()) if person.id != current_moderator_id()]


def _helpers(asked: QueueFilter, site: Site | None) -> dict[str, Any]:
    here = site_id()
    return {
        "why": reason_text,
        "card_text": card_text,
        "marked": highlight,
        "plain": visible_text,
        "to": lambda **changes: address(here, asked, **changes),
        "standing_of": lambda row: _ban_or_trust(site, row),
        "view": address(here, asked, after=asked.after),
    }


def _ban_or_trust(site: Site | None, row: AnyRow) -> str:
    """Whether a moderator put the card's author on a list: `ban`, `trust`, `review` or empty."""
    policy = policy_of(site)
    return next((word for word, name in AUTHOR_LISTS.items() if policy.is_listed(name, row.author_key, at=utcnow())), "")
