"""Put the mails to readers in the queue: one for each event of a report or a complaint."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.store.db.column_types import table
from service.store.reported.mails import events_to_mail
from service.store.reported.public_json import MAILED
from service.store.tables.mails import Mail

#: How long a mail to a reader is tried. A webhook is tried about as long.
VALID = timedelta(hours=76)


def queue_mails(session: Session, event_ids: Collection[UUID], *, site_id: str = "", now: datetime) -> int:
    """Queue the mails about these events. Their webhooks then say that Greenroom sends the mail. Returns how many were queued."""
    events = events_to_mail(session, event_ids, site_id=site_id)
    for event in events:
        event.facts = {**event.facts, MAILED: True}
    rows = [
        {
            "id": new_id(),
            "encrypted": "",
            "needs_link": False,
            "event_id": event.id,
            "tries": 0,
            "due_at": now,
            "valid_until": now + VALID,
        }
        for event in events
    ]
    if rows:
        session.execute(insert(table(Mail)), rows)
    return len(rows)
