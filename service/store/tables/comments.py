"""Threads, comments, their verdicts, and their texts before an edit."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Word
from service.store.db.site_keys import OfSite, same_site, site_exists


class ThreadState(StrEnum):
    """Whether a thread accepts comments, and whether a moderator sees each comment before it is published."""

    OPEN = "open"
    PREMODERATED = "premoderated"
    CLOSED = "closed"


class Thread(OfSite):
    """One page of the host. Its id is derived from the site and the host's own id of the page, so that it never has to be looked
    up.

    `feed_version` grows with each change that the public may see. `approved` is a stored count, updated with each change.
    """

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("site_id", "external_id"), site_exists())

    id: Mapped[UUID] = mapped_column(primary_key=True)
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


class Comment(OfSite):
    """One comment. `version` grows by one with every change of state or text; `revision` with every change of the text.

    Held comments with the same `wording` and reason share a card. `link_domain` is the domain that its first link leads to.
    `score` is the gravity of the verdict, 0..1: the order "most serious first".
    `burst` is no longer used; the previous release still writes it during an update. E-mail and IP address are stored only as
    keyed hashes. The lease columns belong to the workers: the holder of the token may apply a verdict until `lease_until`. The
    verdicts, events and decisions of the comment's versions up to `archived` are in an archive.
    """

    __tablename__ = "comment"
    __table_args__ = (
        same_site("thread_id", "thread"),
        Index("uq_comment_site_external", "site_id", "external_id", unique=True),
        Index("ix_comment_pending", "received_at", "id", postgresql_where=_PENDING, sqlite_where=_PENDING),
        Index("ix_comment_queue", "site_id", "state", "received_at", "id"),
        Index(
            "ix_comment_priority", "site_id", text("score DESC"), "received_at", "id", postgresql_where=_HELD, sqlite_where=_HELD
        ),
        Index("ix_comment_held_thread", "site_id", "thread_id", "received_at", "id", postgresql_where=_HELD, sqlite_where=_HELD),
        Index("ix_comment_feed", "thread_id", "state", "received_at", "id"),
        Index("ix_comment_parent", "parent_id", "state", "received_at", "id", postgresql_where=_REPLY, sqlite_where=_REPLY),
        Index("ix_comment_changed", "site_id", "updated_at", "id"),
        # The most selective column comes first, so that a query planner chooses the right index even before it has statistics.
        # The state is included, so that an author's comments are counted by an index-only scan.
        Index("ix_comment_author", "author_key", "site_id", "received_at", "state"),
        Index("ix_comment_ip", "ip_key", "site_id", "received_at"),
        Index("ix_comment_fingerprint", "fingerprint", "site_id", "received_at", "thread_id"),
        Index(
            "ix_comment_wording", "wording", "site_id", "reason", "received_at", "id", postgresql_where=_HELD, sqlite_where=_HELD
        ),
        # A claim and a verdict each write a new version of the row. If the page of the row has free space, a claim is a HOT
        # update, which changes no index.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    thread_id: Mapped[UUID]
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
    ip_key: Mapped[str] = mapped_column(String(80), default="")
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)

    reason: Mapped[str] = mapped_column(String(40), default="")
    score: Mapped[float] = mapped_column(default=0.0)

    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]

    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    claims: Mapped[int] = mapped_column(default=0)
    archived: Mapped[int] = mapped_column(default=0, server_default="0")


class VerdictRow(OfSite):
    """The verdict on one revision: the state, its reasons and the score of each family of signals.

    `shadow` lists the reasons for which custom rules in shadow mode would have held the comment.
    """

    __tablename__ = "verdict"
    __table_args__ = (same_site("comment_id", "comment"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID] = mapped_column(index=True)
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[Any]]
    signals: Mapped[dict[str, Any]]
    shadow: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    at: Mapped[datetime]


class RevisionRow(OfSite):
    """The text that a comment had before an edit."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("comment_id", "revision", "site_id"), same_site("comment_id", "comment"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[UUID]
    revision: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime]
