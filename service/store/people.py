"""Moderators, their roles on sites, the links and sessions they sign in with, and their decisions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.schema import Record


class Role(StrEnum):
    """What a moderator may do on a site; each role may do what the one before it may."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Moderator(Record):
    """A person who signs in. `password` is an argon2id hash, empty where there is none."""

    __tablename__ = "moderator"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Record):
    """A moderator's role on one site."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("moderator_id", "site_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"))
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))


class SignInLink(Record):
    """A one-time link: only its SHA-256 is kept, and it is gone once used."""

    __tablename__ = "sign_in_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    valid_until: Mapped[datetime]


class BrowserSession(Record):
    """A signed-in browser: only the SHA-256 of its cookie is kept."""

    __tablename__ = "browser_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Decision(Record):
    """What a person did with a comment: from which state to which, why, and which decision it takes back.

    Exactly one of `moderator_id` and `key_id` is set. `batch_id` joins what was done in one gesture.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_site", "site_id", "at", "id"),
        Index("ix_decision_moderator", "moderator_id", "at", "id"),
        UniqueConstraint("comment_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    key_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    undoes: Mapped[UUID | None]
    at: Mapped[datetime]
