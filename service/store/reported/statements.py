"""The statement of reasons of an event, of the present state of a comment, and of the ban of an author."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.reader_links import ReaderLinks
from service.domain.reported.statements import Ban, Restriction, ban_statement, statement
from service.domain.states import State
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event, EventState, EventType
from service.store.tables.sites import Site


def statement_of_event(event: Event, site: Site, *, links: ReaderLinks) -> dict[str, Any] | None:
    """The statement of reasons for one change of a comment; None if it restricts nothing."""
    restriction = restriction_of(event, site, links=links)
    return statement(restriction, SitePolicy(site.policy)) if restriction else None


def restriction_of(event: Event, site: Site, *, links: ReaderLinks) -> Restriction | None:
    """The restriction that an event is, or None."""
    if event.comment_id is None or event.type not in (EventType.REJECTED, EventType.HELD):
        return None
    link = links.complaint(event.comment_id, event.seq)
    states = (State(event.from_state), State(event.to_state))
    restriction = Restriction(*states, event.at, event.facts or {}, site.name or site.id, link)
    return restriction if restriction.kind else None


def statement_of_ban(event: Event, site: Site) -> dict[str, Any]:
    """The statement of reasons for the ban that an event tells of."""
    until = str(event.facts.get("until", ""))
    ban = Ban(
        event.at, datetime.fromisoformat(until) if until else None, str(event.facts.get("reason", "")), site.name or site.id
    )
    return ban_statement(ban, SitePolicy(site.policy))


def statement_of_author(author_key: str, site: Site, *, now: datetime) -> dict[str, Any] | None:
    """The statement of reasons for the ban that is in force for an author, or None."""
    entry = SitePolicy(site.policy).authors("blocked_authors").get(author_key)
    until = datetime.fromisoformat(entry["until"]) if entry and entry["until"] else None
    if entry is None or (until and until <= now):
        return None
    ban = Ban(datetime.fromisoformat(entry["at"]), until, entry.get("reason", ""), site.name or site.id)
    return ban_statement(ban, SitePolicy(site.policy))


def statement_of_comment(comment: Comment, events: Sequence[Event], site: Site, *, links: ReaderLinks) -> dict[str, Any] | None:
    """The statement of reasons for the present state of a comment. `events` are its changes, first to last. Withdrawn events cancel
    each other out, or confirm a state."""
    last = next((event for event in reversed(events) if event.state != EventState.WITHDRAWN), None)
    return statement_of_event(last, site, links=links) if last and last.to_state == comment.state else None
