"""Threads, comments, their verdicts and the words they had before an edit."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record, Word


class ThreadState(StrEnum):
    """Whether a thread takes comments, and whether a person sees each first."""

    OPEN = "open"
    PREMODERATED = "premoderated"
    CLOSED = "closed"


class Thread(Record):
    """One page of the host. Its id is made from (site, host id), so that nobody has to look it up.

    `feed_version` grows with each change of what the public may see; `approved` is kept, not counted.
    """

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("site_id", "external_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(String(512))
    url: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default=ThreadState.OPEN)
    approved: Mapped[int] = mapped_column(default=0)
    feed_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


_PENDING = text("state = 'pending'")
_REPLY = text("parent_id IS NOT NULL")
_HELD = text("state = 'held'")


class Comment(Record):
    """One comment. `version` grows by one with every change of state or words; `revision` with every change of words.

    Held comments with the same `wording` and reason share a card. `link_domain` is where its first link leads. `burst` is no longer
    written: the version before still does during an update. E-mail and address stand here only as keyed hashes. The lease columns
    belong to the workers: who holds the token may settle the comment until `lease_until`. What came of its versions up to `archived`
    is in an archive.
    """

    __tablename__ = "comment"
    __table_args__ = (
        Index("uq_comment_site_external", "site_id", "external_id", unique=True),
        Index("ix_comment_pending", "received_at", "id", postgresql_where=_PENDING, sqlite_where=_PENDING),
        Index("ix_comment_queue", "site_id", "state", "received_at", "id"),
        Index(
            "ix_comment_priority", "site_id", text("score DESC"), "received_at", "id", postgresql_where=_HELD, sqlite_where=_HELD
        ),
        Index("ix_comment_held_thread", "site_id", "thread_id", "received_at", "id", postgresql_where=_HELD, sqlite_where=_HELD),
        Index("ix_comment_feed", "thread_id", "state", "received_at", "id"),
        Index("ix_comment_parent", "parent_id", postgresql_where=_REPLY, sqlite_where=_REPLY),
        Index("ix_comment_changed", "site_id", "updated_at", "id"),
        # These begin with what is rare, for a database that knows no numbers yet. The state comes along, so that what became of an
        # author's comments is counted in the index alone.
        Index("ix_comment_author", "author_key", "site_id", "received_at", "state"),
        Index("ix_comment_address", "address_key", "site_id", "received_at"),
        Index("ix_comment_fingerprint", "fingerprint", "site_id", "received_at", "thread_id"),
        Index("ix_comment_same", "wording", "site_id", "reason", "received_at", "id", postgresql_where=_HELD, sqlite_where=_HELD),
        # A claim and a verdict write each comment anew. Where there is room for that on its page, no index is told of a claim.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None]
    external_id: Mapped[str | None] = mapped_column(String(512))

    state: Mapped[str] = mapped_column(Word)
    version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    text: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(32))
    wording: Mapped[str | None] = mapped_column(String(32))
    link_domain: Mapped[str | None] = mapped_column(String(255))
    burst: Mapped[int | None]

    author_name: Mapped[str] = mapped_column(Text, default="")
    author_url: Mapped[str] = mapped_column(Text, default="")
    author_external_id: Mapped[str] = mapped_column(String(512), default="")
    author_verified: Mapped[bool] = mapped_column(default=False)
    author_key: Mapped[str] = mapped_column(String(80), default="")
    email_domain: Mapped[str] = mapped_column(String(255), default="")
    address_key: Mapped[str] = mapped_column(String(80), default="")
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)

    reason: Mapped[str] = mapped_column(String(40), default="")
    score: Mapped[float] = mapped_column(default=0.0)

    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    claims: Mapped[int] = mapped_column(default=0)
    archived: Mapped[int] = mapped_column(default=0, server_default="0")


class VerdictRow(Record):
    """What the checks and the policy said of one revision, with every signal as evidence.

    `shadow` is what rules in shadow would have held it for.
    """

    __tablename__ = "verdict"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[Any]]
    signals: Mapped[dict[str, Any]]
    shadow: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    at: Mapped[datetime]


class RevisionRow(Record):
    """The words that a comment had before it was edited."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("comment_id", "revision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    revision: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime]
