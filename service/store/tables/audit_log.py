"""The audit log of administrative events. A row is added in the transaction of its event, and is never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class AuditEntry(Record):
    """One entry: the actor, the event and its target. `site_id` is None for the whole installation; triggers refuse changes.

    `details` holds the values before and after, without any secret and without anything about an author.
    """

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_site", "site_id", "at", "id"), Index("ix_audit_log_at", "at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # No foreign key: an entry outlives its site.
    site_id: Mapped[str | None] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(16))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id"))
    key_id: Mapped[UUID | None]
    event: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(100), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    request_id: Mapped[str] = mapped_column(String(100), default="")
