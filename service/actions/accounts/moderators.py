"""Add and disable moderators, and change their roles. A change of a role counts from the next request: it signs nobody out."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.actions.accounts.sign_in import sign_out_everywhere
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.ids import new_id
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Membership, Moderator, Role, SignInLink, locked
from service.store.tables.invitations import Invitation
from service.store.tables.sites import Site

_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")


def add_moderator(session: Session, email: str, *, name: str = "", now: datetime) -> Moderator:
    """The moderator with this e-mail address; a new one if there is none yet. Raises Invalid for a malformed address."""
    address = email.strip().casefold()
    if not _EMAIL.fullmatch(address) or len(address) > 320:
        raise Invalid.field("/email", "format", f"expected an e-mail address like name@example.org, got {email!r}")
    moderator = moderator_with(session, address)
    if moderator is None:
        moderator = Moderator(
            id=new_id(), email=address, name=name.strip(), password="", role_on_all_sites="", preferences={}, created_at=now
        )
        session.add(moderator)
        session.flush()
    elif name.strip():
        moderator.name = name.strip()
    return moderator


def give_role_on_all_sites(session: Session, moderator: Moderator, role: Role) -> None:
    """Give a new moderator a role on all sites, because of an e-mail domain that the operator admits."""
    set_role(session, moderator, role, None)
    record_audit(session, AuditEvent.MODERATOR_INVITED, target=moderator.id, after={"role": role, "by": "domain"})


def give_role(session: Session, moderator: Moderator, role: Role, *, site_id: str | None) -> None:
    """Give a role on one site, or with None on all sites, also future ones."""
    before = set_role(session, moderator, role, site_id)
    record_audit(
        session, AuditEvent.ROLE_GIVEN, site_id=site_id, target=moderator.id, before={"role": before}, after={"role": role}
    )


def set_role(session: Session, moderator: Moderator, role: Role, site_id: str | None) -> str:
    """Set a role, enable the account, and end its links. Returns the role that was replaced, empty if there was none.

    Raises NotFound for an unknown site.
    """
    locked(session, moderator.id)
    if site_id is None:
        before, moderator.role_on_all_sites = moderator.role_on_all_sites, role.value
    else:
        if session.get(Site, site_id) is None:
            raise NotFound(f"no site {site_id!r}; `greenroom site add` makes one")
        member = _membership(session, moderator.id, site_id)
        before = member.role if member else ""
        if member is None:
            session.add(Membership(id=new_id(), moderator_id=moderator.id, site_id=site_id, role=role))
        else:
            member.role = role
    moderator.disabled_at = None
    session.flush()
    _end_links(session, moderator.id)
    return before


def take_role(session: Session, moderator_id: UUID, *, site_id: str) -> None:
    """Remove the role on this site. Raises Conflict for a role on all sites: that is changed with `greenroom user`."""
    locked(session, moderator_id)
    gone = session.execute(delete(Membership).where(Membership.moderator_id == moderator_id, Membership.site_id == site_id))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise Conflict("this moderator has a role on every site; it is changed with `greenroom user add`")
    record_audit(session, AuditEvent.ROLE_TAKEN, site_id=site_id, target=moderator_id)


def disable(session: Session, email: str, *, now: datetime) -> Moderator:
    """Disable the account with this e-mail address. Past decisions keep its name. Raises NotFound."""
    moderator = moderator_with(session, email)
    if moderator is None:
        raise NotFound(f"no moderator {email!r}")
    moderator.disabled_at = now
    session.execute(delete(SignInLink).where(SignInLink.moderator_id == moderator.id))
    session.execute(delete(Invitation).where(Invitation.moderator_id == moderator.id))
    sign_out_everywhere(session, moderator.id)
    record_audit(session, AuditEvent.MODERATOR_DISABLED, target=moderator.id)
    return moderator


def set_preferences(session: Session, moderator_id: UUID, **preferences: object) -> None:
    """Store some of a moderator's preferences for the pages. All other preferences stay as they are."""
    current = session.scalar(select(Moderator.preferences).where(Moderator.id == moderator_id)) or {}
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(preferences={**current, **preferences}))


def _end_links(session: Session, moderator_id: UUID) -> None:
    """Delete the links that sign in without a password: they were made when the account had its earlier roles. Invitations that
    also need a sign-in stay."""
    session.execute(delete(SignInLink).where(SignInLink.moderator_id == moderator_id))
    session.execute(delete(Invitation).where(Invitation.moderator_id == moderator_id, Invitation.signed_in.is_(False)))


def _membership(session: Session, moderator_id: UUID, site_id: str) -> Membership | None:
    return session.scalar(select(Membership).where(Membership.moderator_id == moderator_id, Membership.site_id == site_id))
