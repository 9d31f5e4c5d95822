"""The outbox: events of comments, the hosts' webhook endpoints, deliveries of events to endpoints, and each attempt."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.webhooks.endpoint_kinds import EndpointKind as EndpointKind
from service.store.db.column_types import Record, Word
from service.store.db.site_keys import OfSite, same_site, site_exists


class EventType(StrEnum):
    """The types of events that a host can receive."""

    APPROVED = "comment.approved"
    REJECTED = "comment.rejected"
    HELD = "comment.held"
    EDITED = "comment.edited"
    ERASED = "comment.erased"
    REPORT_RECEIVED = "report.received"
    REPORT_DECIDED = "report.decided"
    REPORT_REOPENED = "report.reopened"
    REPORTER_WARNED = "reporter.warned"
    REPORTER_SUSPENDED = "reporter.suspended"
    COMPLAINT_RECEIVED = "complaint.received"
    COMPLAINT_DECIDED = "complaint.decided"
    COMPLAINT_REOPENED = "complaint.reopened"
    AUTHOR_BANNED = "author.banned"
    AUTHOR_UNBANNED = "author.unbanned"
    AUTHOR_WARNED = "author.warned"
    #: Sent to one chat, whose endpoint says after how many minutes.
    QUEUE_OLD = "queue.old"
    #: Sent on demand to one endpoint; it belongs to no comment and has no row in the event table.
    TEST = "greenroom.test"


class EventState(StrEnum):
    """An event is `due` until its deliveries exist, and then `sent`. It is `sent` from the start if no endpoint of the site is
    enabled. It is `withdrawn` if the decision was undone before the event was sent."""

    DUE = "due"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    """`dead` deliveries used up their retry schedule, or their endpoint is disabled; they are kept and can be replayed."""

    DUE = "due"
    DONE = "done"
    DEAD = "dead"


_DUE = text("state = 'due'")


class Event(OfSite):
    """One change of one comment. `seq` is the version of the comment after the change. `facts` hold no text of the comment and no
    names.

    Or an event of something else, such as a report: `about_id` is its id and `seq` counts its own events; there is no `comment_id`.

    An event about the author of a comment (`author.banned`) has a negative `seq`: it belongs to no version of the comment.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("comment_id", "seq", "site_id"),
        UniqueConstraint("about_id", "seq", "site_id"),
        same_site("comment_id", "comment"),
        site_exists(),
        Index("ix_event_due", "due_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_event_site", "site_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID | None]
    about_id: Mapped[UUID | None]
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(32))
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(Word, default=EventState.DUE)
    at: Mapped[datetime]
    due_at: Mapped[datetime]


class Endpoint(Record):
    """A host's webhook endpoint. Secrets are encrypted. For a time after a rotation, the new and the old secret are both in
    force.

    `failures` counts failures in a row; nothing is sent before `probe_at`. `slow_milliseconds` is how long the last answer took if
    that was too long (`SLOW_MILLISECONDS`), else zero. The endpoint receives the event types `events` since
    `events_since`; earlier events may have no delivery. The secret of a callback of Akismet's plugin is the blog's key.

    The secret of a chat is its whole address, of which `url` shows the beginning and the end. It may show the words of comments (`shows_words`). It
    is told when the oldest comment in the queue has waited for `old_after` minutes, zero for never: last at `old_told_at`.
    """

    __tablename__ = "endpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=EndpointKind.WEBHOOK, server_default=EndpointKind.WEBHOOK.value)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]]
    secret: Mapped[str] = mapped_column(Text)
    old_secret: Mapped[str] = mapped_column(Text, default="")
    old_secret_until: Mapped[datetime | None]
    template: Mapped[str] = mapped_column(Text, default="", server_default="")
    shows_words: Mapped[bool] = mapped_column(default=False, server_default=false())
    old_after: Mapped[int] = mapped_column(default=0, server_default="0")
    old_told_at: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    probe_at: Mapped[datetime | None]
    slow_milliseconds: Mapped[int] = mapped_column(default=0, server_default="0")
    events_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Delivery(OfSite):
    """The delivery of one event to one endpoint. `comment_id` (or the `about_id` of the event) and `seq` are copied here so that one
    query can keep the order.

    A test has no event, and a `comment_id` of its own. A replay starts anew: `created_at` is then the time of the replay request.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id", "site_id"),
        same_site("event_id", "event"),
        Index("ix_delivery_due", "due_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_delivery_waiting", "endpoint_id", "due_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_delivery_order", "endpoint_id", "comment_id", "seq"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID | None]
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


class Attempt(OfSite):
    """One attempt of a delivery: the response, or the error."""

    __tablename__ = "attempt"
    __table_args__ = (same_site("delivery_id", "delivery"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    response: Mapped[str] = mapped_column(Text, default="")
    milliseconds: Mapped[int] = mapped_column(default=0)
