"""The outbox: events of comments, the endpoints of hosts, the deliveries of one to the other, and each attempt."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record, Word


class EventType(StrEnum):
    """What a host can be told."""

    APPROVED = "comment.approved"
    REJECTED = "comment.rejected"
    HELD = "comment.held"
    EDITED = "comment.edited"
    ERASED = "comment.erased"
    #: Sent on demand to one endpoint; it belongs to no comment and stands in no outbox.
    TEST = "greenroom.test"


class EventState(StrEnum):
    """`due` until its deliveries exist, `sent` from the start where a verdict has no host to go to; `withdrawn` where an undo came before anybody was told."""

    DUE = "due"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    """`dead` deliveries used up their schedule or met a disabled endpoint; they are kept and can be replayed."""

    DUE = "due"
    DONE = "done"
    DEAD = "dead"


_DUE = text("state = 'due'")


class Event(Record):
    """One change of one comment: `seq` is the version that it made. `facts` hold no words and no names."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("comment_id", "seq"),
        Index("ix_event_due", "due_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_event_site", "site_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(32))
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(Word, default=EventState.DUE)
    at: Mapped[datetime]
    due_at: Mapped[datetime]


class Endpoint(Record):
    """Where a host wants to be told. Secrets are sealed with the root secret; two are live while one is rotated.

    `failures` counts those in a row; nothing is sent before `probe_at`. It has been told of these `events` since `since`:
    of what happened before, it may lack some.
    """

    __tablename__ = "endpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]]
    secret: Mapped[str] = mapped_column(Text)
    old_secret: Mapped[str] = mapped_column(Text, default="")
    old_secret_until: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    probe_at: Mapped[datetime | None]
    since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Delivery(Record):
    """One event on its way to one endpoint. `comment_id` and `seq` stand here so that order can be kept in one query.

    A test has no event, and a `comment_id` of its own. A replay starts anew: `created_at` is when it was asked for.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id"),
        Index("ix_delivery_due", "due_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_delivery_waiting", "endpoint_id", "due_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_delivery_order", "endpoint_id", "comment_id", "seq"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("endpoint.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID]
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(Word, default=DeliveryState.DUE)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Attempt(Record):
    """One try of one delivery: what came back, or why nothing did."""

    __tablename__ = "attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    response: Mapped[str] = mapped_column(Text, default="")
    milliseconds: Mapped[int] = mapped_column(default=0)
