"""Queries on moderators: by session, by e-mail and by role."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.accounts import BrowserSession, Membership, Moderator, Role
from service.store.tables.sites import Site


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The moderator of a browser session, with their current roles."""

    moderator: Moderator
    session: BrowserSession
    roles: dict[str, Role]


def sign_in_of(session: Session, digest: str, *, seen_after: datetime, made_after: datetime) -> SignedIn | None:
    """The session with this SHA-256; None if it is unknown, idle since `seen_after` or older than `made_after`."""
    row = session.execute(
        select(BrowserSession, Moderator)
        .join(Moderator, Moderator.id == BrowserSession.moderator_id)
        .where(
            BrowserSession.digest == digest,
            BrowserSession.seen_at > seen_after,
            BrowserSession.created_at > made_after,
            Moderator.disabled_at.is_(None),
        )
    ).one_or_none()
    return SignedIn(row.Moderator, row.BrowserSession, roles_of(session, row.Moderator)) if row else None


def shown_name(person: type[Moderator] = Moderator) -> Any:
    """The name of a moderator that colleagues see: the name, else the e-mail address. An SQL expression."""
    return func.coalesce(func.nullif(person.name, ""), person.email, "")


def roles_of(session: Session, moderator: Moderator) -> dict[str, Role]:
    """Site id -> role, sorted by site id. If a moderator has a membership and a role on all sites, the stronger role counts."""
    members = session.execute(select(Membership.site_id, Membership.role).where(Membership.moderator_id == moderator.id)).all()
    roles = {site_id: Role(role) for site_id, role in members}
    if moderator.role_on_all_sites:
        everywhere = Role(moderator.role_on_all_sites)
        for site_id in session.scalars(select(Site.id)):
            if not roles.get(site_id, Role.VIEWER).covers(everywhere):
                roles[site_id] = everywhere
            roles.setdefault(site_id, everywhere)
    return dict(sorted(roles.items()))


def moderator_with(session: Session, email: str) -> Moderator | None:
    """The moderator with this e-mail address, in upper or lower case."""
    return session.scalar(select(Moderator).where(Moderator.email == email.strip().casefold()))


def ended_session(session: Session, digest: str) -> BrowserSession | None:
    """The session of a cookie, also one that has ended by itself; None if it was ended on purpose, or if its account is disabled."""
    query = select(BrowserSession).join(Moderator, Moderator.id == BrowserSession.moderator_id)
    return session.scalar(query.where(BrowserSession.digest == digest, Moderator.disabled_at.is_(None)))


def browsers_of(session: Session, moderator_id: UUID) -> list[BrowserSession]:
    """The browsers in which a moderator is signed in, the most recently seen browser first."""
    query = select(BrowserSession).where(BrowserSession.moderator_id == moderator_id).order_by(BrowserSession.seen_at.desc())
    return list(session.scalars(query))
