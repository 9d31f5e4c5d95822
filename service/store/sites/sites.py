"""Sites and API keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.db.column_types import AnyRow
from service.store.tables.sites import ApiKey, ApiKeyKind, Scope, Site


@dataclass(frozen=True, slots=True)
class ApiKeyHolder:
    """The host behind a request: its site and what its key may do."""

    key_id: UUID
    site_id: str
    scopes: frozenset[Scope]
    last_used_at: datetime | None = None


def api_key_with(session: Session, digest: str, kind: ApiKeyKind = ApiKeyKind.API) -> ApiKeyHolder | None:
    """The caller whose live key of this kind has this digest, or none."""
    row = session.execute(
        select(ApiKey.id, ApiKey.site_id, ApiKey.scopes, ApiKey.last_used_at).where(
            ApiKey.digest == digest, ApiKey.kind == kind, ApiKey.revoked_at.is_(None)
        )
    ).one_or_none()
    return ApiKeyHolder(row.id, row.site_id, frozenset(map(Scope, row.scopes)), row.last_used_at) if row else None


def site(session: Session, site_id: str) -> Site | None:
    return session.get(Site, site_id)


def keys_of(session: Session, site_id: str) -> list[ApiKey]:
    """The keys of a site: live ones first, the newest first."""
    found = select(ApiKey).where(ApiKey.site_id == site_id).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    return list(session.scalars(found))


def is_listed(site: Site | AnyRow, standing: str, author_key: str, *, at: datetime) -> bool:
    """Whether an author was banned (`blocked_authors`) or trusted (`trusted_authors`) by hand on this site at that moment."""
    entries = (site.policy or {}).get(standing) or ()
    if not author_key or author_key not in entries:
        return False
    until = str(entries[author_key].get("until", "")) if isinstance(entries, dict) else ""
    return not until or datetime.fromisoformat(until) > at
