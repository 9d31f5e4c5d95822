"""Sites and API keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.db.column_types import AnyRow
from service.store.tables.sites import Key, Kind, Scope, Site


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
