"""The log of administrative acts: rows are added in the transaction of what they tell of, and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class AuditEntry(Record):
    """Who did what to what. `site_id` is empty where it concerns the whole installation; triggers refuse changes.

    `facts` holds what was before and after, without any secret and without anything of an author.
    """

    __tablename__ = "admin_act"
    __table_args__ = (Index("ix_admin_act_site", "site_id", "at", "id"), Index("ix_admin_act_at", "at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # No foreign key: the log outlives what it tells of.
    site_id: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(16))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id"))
    key_id: Mapped[UUID | None]
    deed: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(100), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    request_id: Mapped[str] = mapped_column(String(100), default="")
