"""Sites and their API keys."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class Scope(StrEnum):
    """What an API key may do."""

    SUBMIT = "submit"
    READ = "read"
    MODERATE = "moderate"
    ADMIN = "admin"


class ApiKeyKind(StrEnum):
    """The protocol that a key is for: our own API; Akismet's, whose keys are 12 hex digits; or Coral's, where it signs requests."""

    API = "api"
    AKISMET = "akismet"
    CORAL = "coral"


class HeldIs(StrEnum):
    """The response to a client of Akismet's protocol for a held comment."""

    #: Not decided yet, where the client takes decisions later. Spam to other clients.
    PENDING = "pending"
    SPAM = "spam"
    HAM = "ham"


class Site(Record):
    """One host. `id` is public: it is part of feed and form URLs. `policy` holds the settings that differ from the defaults."""

    __tablename__ = "site"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    origins: Mapped[list[str]] = mapped_column(default=list)
    hold_everything: Mapped[bool] = mapped_column(default=False)
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class ApiKey(Record):
    """An API key: only a hash of it is stored. `hint` is its first characters, for people to tell keys apart. `held_is` matters
    only to keys of Akismet's protocol, and `secret`, the key itself, encrypted, only to those that sign requests."""

    __tablename__ = "api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=ApiKeyKind.API, server_default=ApiKeyKind.API.value)
    label: Mapped[str] = mapped_column(String(200), default="")
    scopes: Mapped[list[str]]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(24))
    held_is: Mapped[str] = mapped_column(String(16), default=HeldIs.PENDING, server_default=HeldIs.PENDING.value)
    secret: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
