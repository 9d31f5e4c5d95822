"""Queries on sites and API keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.errors import NotFound
from service.domain.policy.site_policy import SitePolicy
from service.store.tables.sites import ApiKey, ApiKeyKind, HeldIs, Scope, Site


@dataclass(frozen=True, slots=True)
class ApiKeyHolder:
    """The holder of an API key: its site and its scopes."""

    key_id: UUID
    site_id: str
    scopes: frozenset[Scope]
    last_used_at: datetime | None = None
    held_is: HeldIs = HeldIs.PENDING


def api_key_with(session: Session, digest: str, kind: ApiKeyKind = ApiKeyKind.API) -> ApiKeyHolder | None:
    """The holder of the key of this kind with this digest; None if there is none or it was revoked."""
    columns = (ApiKey.id, ApiKey.site_id, ApiKey.scopes, ApiKey.last_used_at, ApiKey.held_is)
    row = session.execute(
        select(*columns).where(ApiKey.digest == digest, ApiKey.kind == kind, ApiKey.revoked_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    return ApiKeyHolder(row.id, row.site_id, frozenset(map(Scope, row.scopes)), row.last_used_at, HeldIs(row.held_is))


def signing_keys(session: Session, site_id: str) -> list[tuple[ApiKeyHolder, str]]:
    """The keys with which Coral signs its requests to a site: the holder and the encrypted secret of each."""
    query = select(ApiKey).where(ApiKey.site_id == site_id, ApiKey.kind == ApiKeyKind.CORAL, ApiKey.revoked_at.is_(None))
    return [
        (ApiKeyHolder(key.id, key.site_id, frozenset(map(Scope, key.scopes)), key.last_used_at), key.secret)
        for key in session.scalars(query)
    ]


def site(session: Session, site_id: str) -> Site | None:
    return session.get(Site, site_id)


def policy_of(site: Site | None) -> SitePolicy:
    """The policy of a site; without a site the defaults."""
    return SitePolicy(site.policy if site else None)


def locked_site(session: Session, site_id: str) -> Site:
    """The site, its row locked until the transaction ends, so that two changes of its policy do not overwrite each other. Raises
    NotFound."""
    site = session.scalar(select(Site).where(Site.id == site_id).with_for_update())
    if site is None:
        raise NotFound(f"no site {site_id!r}")
    return site


def keys_of(session: Session, site_id: str) -> list[ApiKey]:
    """The keys of a site: first the keys in force, then the revoked keys, the newest first in each part."""
    query = select(ApiKey).where(ApiKey.site_id == site_id).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    return list(session.scalars(query))
