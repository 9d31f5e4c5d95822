"""Messages to chats, made when they are sent. All deliveries that are due to a chat become one message, so a burst does not flood it.

Deliveries to chats are due at the end of a minute (`end_of_minute`). So what happened in a minute is told together, and what could
not be delivered joins what comes later.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.reported.reader_links import ReaderLinks
from service.domain.webhooks.chat_text import LONGEST_TITLE, LONGEST_WORDS, harmless, message_text, sentences
from service.domain.webhooks.endpoint_kinds import CHATS
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, Endpoint, Event, EventType
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site
from service.store.webhooks.outgoing import Outgoing, outgoing_message

_TEST = "This is a test message of Greenroom. Messages to this chat work"


def chat_messages(
    session: Session, delivery_ids: Sequence[UUID], *, token: UUID, now: datetime, links: ReaderLinks
) -> list[Outgoing]:
    """One message for each chat, and one for each test, of the deliveries that were claimed under this token."""
    if not delivery_ids:
        return []
    rows = session.execute(
        select(Delivery, Endpoint, Event, Site)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .join(Site, Site.id == Endpoint.site_id)
        .outerjoin(Event, (Event.id == Delivery.event_id) & (Event.site_id == Delivery.site_id))
        .where(Delivery.id.in_(delivery_ids), Delivery.lease_token == token, Endpoint.kind.in_(CHATS))
        .order_by(Delivery.endpoint_id, Delivery.due_at, Delivery.id)
    ).all()
    groups = groupby(rows, key=lambda row: (row.Endpoint.id, None if row.Event else row.Delivery.id))
    return [_message(session, list(group), now, links) for _, group in groups]


def _message(session: Session, rows: Sequence[AnyRow], now: datetime, links: ReaderLinks) -> Outgoing:
    endpoint, site = rows[0].Endpoint, rows[0].Site
    values = _values(session, endpoint, site, [row.Event for row in rows if row.Event], links)
    message = outgoing_message(rows[0], values, now=now)
    return replace(message, template=endpoint.template, others=tuple(row.Delivery.id for row in rows[1:]))


def _values(session: Session, endpoint: Endpoint, site: Site, events: Sequence[Event], links: ReaderLinks) -> dict[str, str]:
    """The value of each placeholder. Only a message about a single comment names its page, its author and its words."""
    counts = Counter(event.type for event in events)
    minutes = next((event.facts["minutes"] for event in events if event.type == EventType.QUEUE_OLD), 0)
    happened = sentences(counts, minutes=minutes) or _TEST
    values = {"site": harmless(site.name or site.id, LONGEST_TITLE), "event": happened, "thread": "", "author": "", "words": ""}
    values["link"] = f"{links.base}/queue?site={site.id}"
    if len(events) == 1 and (row := _comment_of(session, events)):
        comment, thread = row
        values["thread"] = harmless(thread.title or thread.external_id, LONGEST_TITLE)
        values["link"] = f"{links.base}/queue/comments/{comment.id}?site={site.id}"
        if endpoint.shows_words:
            values["author"] = harmless(comment.author_name, LONGEST_TITLE)
            values["words"] = harmless(comment.text, LONGEST_WORDS)
    return {**values, "count": str(max(1, len(events))), "text": message_text(**values)}


def _comment_of(session: Session, events: Iterable[Event]) -> AnyRow | None:
    ids = [event.id for event in events]
    return session.execute(
        select(Comment, Thread)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .join(Event, Event.id.in_(ids) & (site_of(Event) == Comment.site_id))
        .outerjoin(Report, (Report.id == Event.about_id) & (Report.site_id == Event.site_id))
        .outerjoin(Complaint, (Complaint.id == Event.about_id) & (Complaint.site_id == Event.site_id))
        .where(Comment.id == func.coalesce(Event.comment_id, Report.comment_id, Complaint.comment_id))
    ).one_or_none()
