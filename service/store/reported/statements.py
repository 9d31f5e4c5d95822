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


def statement_of_ban(event: Event, comment: Comment, site: Site, *, links: ReaderLinks) -> dict[str, Any]:
    """The statement of reasons for the ban that an event about the author of the comment tells of."""
    until, reason = str(event.facts.get("until", "")), str(event.facts.get("reason", ""))
    return _ban_statement(event.at, until, reason, comment, site, links)


def statement_of_author(comment: Comment, site: Site, *, now: datetime, links: ReaderLinks) -> dict[str, Any] | None:
    """The statement of reasons for the ban that is in force for the author of a comment, or None."""
    entry = SitePolicy(site.policy).ban(comment.author_key, at=now)
    if entry is None:
        return None
    return _ban_statement(datetime.fromisoformat(entry["at"]), entry["until"], entry.get("reason", ""), comment, site, links)


def _ban_statement(at: datetime, until: str, reason: str, comment: Comment, site: Site, links: ReaderLinks) -> dict[str, Any]:
    end = datetime.fromisoformat(until) if until else None
    return ban_statement(Ban(at, end, reason, site.name or site.id, links.ban(comment.id)), SitePolicy(site.policy))


def statement_of_comment(comment: Comment, events: Sequence[Event], site: Site, *, links: ReaderLinks) -> dict[str, Any] | None:
    """The statement of reasons for the present state of a comment. `events` are its changes, first to last. Withdrawn events cancel
    each other out, or confirm a state."""
    last = next((event for event in reversed(events) if event.state != EventState.WITHDRAWN), None)
    return statement_of_event(last, site, links=links) if last and last.to_state == comment.state else None
