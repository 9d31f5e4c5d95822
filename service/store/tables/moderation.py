"""Tables of moderation: decisions, escalations, notes, leases and activity."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.site_keys import OfSite, same_site, site_exists
from service.store.tables.accounts import Role


class ActivityKind(StrEnum):
    """The kind of an activity. `return` takes an escalation back, `forgive` lifts a ban, a trust or a review."""

    ESCALATE = "escalate"
    RETURN = "return"
    BAN = "ban"
    TRUST = "trust"
    REVIEW = "review"
    WARN = "warn"
    FORGIVE = "forgive"


class Activity(OfSite):
    """One activity. An escalation goes to the moderator `to_id`, or to all with `to_role`; a ban or a trust ends at `until`.

    `note` gives the reason, or the message of a warning. `comment_id` is the comment that it is about. A warned author saw the
    message at `acknowledged_at`, as the host says.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_author", "site_id", "author_key", "at"),
        same_site("comment_id", "comment"),
        site_exists(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID | None] = mapped_column(index=True)
    author_key: Mapped[str] = mapped_column(String(80), default="")
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(16))
    to_id: Mapped[UUID | None]
    to_role: Mapped[str] = mapped_column(String(16), default="")
    until: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]


class Decision(OfSite):
    """A decision about a comment: from which state to which, the reason, and the decision that it undoes, if any.

    Exactly one of `moderator_id` and `key_id` is set. Decisions of one queue action share an `action_id`. `together` is "author" or
    "link" if the comments of the action were decided as a whole because of it; such a decision says nothing about the words.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_site", "site_id", "at", "id"),
        Index("ix_decision_moderator", "moderator_id", "at", "id"),
        UniqueConstraint("comment_id", "version", "site_id"),
        same_site("comment_id", "comment"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID]
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    key_id: Mapped[UUID | None]
    action_id: Mapped[UUID | None] = mapped_column(index=True)
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    undoes: Mapped[UUID | None]
    together: Mapped[str] = mapped_column(String(8), default="", server_default="")
    at: Mapped[datetime]


class Escalation(OfSite):
    """A held comment that was escalated to the moderator `to_id`, or, if that is not set, to all with `to_role`.

    It leaves the queue and waits under a tab of its own.
    """

    __tablename__ = "escalation"
    __table_args__ = (same_site("comment_id", "comment"),)

    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(String(64), primary_key=True, sort_order=1, index=True)
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    to_id: Mapped[UUID | None]
    to_role: Mapped[str] = mapped_column(String(16), default=Role.ADMIN, server_default=Role.ADMIN.value)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Note(OfSite):
    """A note to colleagues about a comment. Hosts and authors never see it."""

    __tablename__ = "note"
    __table_args__ = (same_site("comment_id", "comment"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID] = mapped_column(index=True)
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ScreenLease(OfSite):
    """Which moderator has a held comment on the screen, and until when. It avoids duplicate work and never blocks a decision."""

    __tablename__ = "screen_lease"
    __table_args__ = (same_site("comment_id", "comment"),)

    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(String(64), primary_key=True, sort_order=1, index=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]
