"""Events about the author of a comment: they belong to no version of the comment, and change nothing about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.store.reported.statements import statement_of_ban
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event, EventState, EventType
from service.store.tables.sites import Site

#: The `seq` of the first such event of a comment. The next ones count upwards, so that they are delivered in order, and stay
#: below the versions of the comment, which start at 1.
FIRST = -1_000_000_000


def add_author_event(session: Session, comment: Comment, kind: EventType, facts: dict[str, Any], *, now: datetime) -> None:
    """Add an event. The caller holds the lock of the site, so that no other event gets the same `seq`."""
    last = session.scalar(select(func.max(Event.seq)).where(Event.comment_id == comment.id, Event.seq < 0))
    session.add(
        Event(
            id=new_id(),
            site_id=comment.site_id,
            comment_id=comment.id,
            seq=FIRST if last is None else last + 1,
            type=kind,
            from_state="",
            to_state="",
            facts=facts,
            state=EventState.DUE,
            at=now,
            due_at=now,
        )
    )
    session.flush()


def author_payload(event: Event, comment: Comment, site: Site, *, links: ReaderLinks) -> dict[str, Any]:
    """The `data` of a webhook about an author. `comment` names the comment that it is about; `until` is empty for a ban for good."""
    return {
        "author": {
            "name": comment.author_name,
            "url": comment.author_url,
            "id": comment.author_external_id,
            "verified": comment.author_verified,
        },
        "comment": {"id": str(comment.id), "external_id": comment.external_id},
        "by": event.facts.get("by", "moderator"),
        **{name: event.facts[name] for name in ("until", "warning") if name in event.facts},
        **({"statement": statement_of_ban(event, comment, site, links=links)} if event.type == EventType.AUTHOR_BANNED else {}),
        **({"message": event.facts.get("note", "")} if event.type == EventType.AUTHOR_WARNED else {}),
    }
