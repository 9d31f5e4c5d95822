"""Sites and the keys by which their hosts are recognised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.schema import AnyRow, Record


class Scope(StrEnum):
    """What a key may do."""

    SUBMIT = "submit"
    READ = "read"
    MODERATE = "moderate"
    ADMIN = "admin"


#: Where a site's policy keeps what clients that know two answers hear of a held comment.
HELD_IS_SPAM = "akismet_held_is_spam"


class Kind(StrEnum):
    """What a key is for: our own API, or the protocol of Akismet, whose keys are 12 hex digits."""

    API = "api"
    AKISMET = "akismet"


class Site(Record):
    """One host. `id` is public: it stands in feed and form addresses. `policy` holds what the site set of its own."""

    __tablename__ = "site"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    origins: Mapped[list[str]] = mapped_column(default=list)
    hold_everything: Mapped[bool] = mapped_column(default=False)
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class Key(Record):
    """An API key: only its SHA-256 is kept. `hint` is its first characters, for a person to tell keys apart."""

    __tablename__ = "api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=Kind.API, server_default=Kind.API.value)
    label: Mapped[str] = mapped_column(String(200), default="")
    scopes: Mapped[list[str]]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(24))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Caller:
    """The host behind a request: its site and what its key may do."""

    key_id: UUID
    site_id: str
    scopes: frozenset[Scope]
    last_used_at: datetime | None = None


def caller_with(session: Session, digest: str, kind: Kind = Kind.API) -> Caller | None:
    """The caller whose live key of this kind has this digest, or none."""
    row = session.execute(
        select(Key.id, Key.site_id, Key.scopes, Key.last_used_at).where(
            Key.digest == digest, Key.kind == kind, Key.revoked_at.is_(None)
        )
    ).one_or_none()
    return Caller(row.id, row.site_id, frozenset(map(Scope, row.scopes)), row.last_used_at) if row else None


def site(session: Session, site_id: str) -> Site | None:
    return session.get(Site, site_id)


def keys_of(session: Session, site_id: str) -> list[Key]:
    """The keys of a site: live ones first, the newest first."""
    found = select(Key).where(Key.site_id == site_id).order_by(Key.revoked_at.is_not(None), Key.id.desc())
    return list(session.scalars(found))


def stands(site: Site | AnyRow, standing: str, author_key: str, *, at: datetime) -> bool:
    """Whether an author was banned (`blocked_authors`) or trusted (`trusted_authors`) by hand on this site at that moment."""
    entries = (site.policy or {}).get(standing) or ()
    if not author_key or author_key not in entries:
        return False
    until = str(entries[author_key].get("until", "")) if isinstance(entries, dict) else ""
    return not until or datetime.fromisoformat(until) > at
