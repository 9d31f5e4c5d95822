"""Events of reports and complaints: they belong to no version of a comment, and are delivered in the order of their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.store.db.column_types import table
from service.store.tables.outbox import Event, EventState, EventType
from service.store.tables.reported import Complaint, Report, ReportState


def add_own_event(
    session: Session,
    about: Report | Complaint,
    kind: EventType,
    *,
    now: datetime,
    due_at: datetime | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Write an event of a report or a complaint. The caller has raised its `version`, which is the event's place in the order."""
    row = {
        "id": new_id(), "site_id": about.site_id, "comment_id": None, "about_id": about.id, "seq": about.version, "type": kind,
        "from_state": "", "to_state": about.state, "facts": facts or {}, "state": EventState.DUE, "at": now, "due_at": due_at or now,
    }  # fmt: skip
    session.execute(insert(table(Event)), [row])


def withdraw_own_event(session: Session, about_id: UUID, seq: int) -> bool:
    """Withdraw an event that has not been sent yet. Returns whether it was withdrawn."""
    withdrawn = session.execute(
        update(Event)
        .where(Event.about_id == about_id, Event.seq == seq, Event.state == EventState.DUE)
        .values(state=EventState.WITHDRAWN)
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return withdrawn is not None


def dismissed_at(session: Session, report_id: UUID) -> datetime | None:
    """When a report was last dismissed, as its events say."""
    dismissals = (Event.about_id == report_id, Event.type == EventType.REPORT_DECIDED, Event.to_state == ReportState.DISMISSED)
    return session.scalar(select(Event.at).where(*dismissals).order_by(Event.seq.desc()).limit(1))
