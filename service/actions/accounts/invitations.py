"""Invitations: an account gets a role beyond its sites only once it is accepted through a fresh link, and leaves its old ways in behind.

No address is verified here: an account belongs to whoever used its first link. So neither may what opened the account before open
the new role, nor may the new link, which the giver sees, open what others gave.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from service.actions.accounts.moderators import set_role
from service.actions.accounts.sign_in import AccountChanged, hold, sign_out_everywhere, start
from service.actions.accounts.two_factor import accept_code, forget_factor
from service.actions.audit_log import by_moderator, record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Gone, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.security.tokens import digest_of
from service.store.accounts.invitations import invitations_with
from service.store.accounts.moderators import SignedIn, roles_of
from service.store.tables.accounts import Moderator, Role, SignInLink, locked
from service.store.tables.invitations import Invitation
from service.store.tables.oidc import OidcSignIn
from service.store.tables.sites import Site


def sites_beyond(session: Session, person: Moderator, sites: Sequence[str | None]) -> list[str | None]:
    """Those of these sites on which the person has no role yet. None stands for every site, also those to come."""
    roles = roles_of(session, person)
    return [site_id for site_id in sites if (not person.everywhere if site_id is None else site_id not in roles)]


def offer(
    session: Session,
    person: Moderator,
    role: Role,
    sites: Sequence[str | None],
    *,
    signed_in: bool,
    now: datetime,
    valid: timedelta,
) -> str:
    """The token of a link that accepts this role. Until it is used nothing of the account changes.

    `signed_in`: it must be used by somebody who is signed in to the account; for a giver who may not open the account otherwise.
    """
    same = or_(*(Invitation.site_id.is_(None) if site_id is None else Invitation.site_id == site_id for site_id in sites))
    replaced = (Invitation.moderator_id == person.id) & same
    session.execute(delete(Invitation).where((Invitation.valid_until < now) | replaced))
    token = secrets.token_urlsafe(32)
    for site_id in sites:
        if site_id is not None and session.get(Site, site_id) is None:
            raise NotFound(f"no site {site_id!r}; `greenroom site add` makes one")
        session.add(
            Invitation(
                id=new_id(),
                digest=digest_of(token),
                moderator_id=person.id,
                site_id=site_id,
                role=role,
                signed_in=signed_in,
                valid_until=now + valid,
            )
        )
        record_audit(
            session, AuditEvent.MODERATOR_INVITED, site_id=site_id, about=person.id, after={"role": role, "accepted": "by link"}
        )
    session.flush()
    return token


def withdraw(session: Session, person: Moderator, *, site_id: str) -> bool:
    """Take back a role that was not accepted yet. False where none waits on this site."""
    waiting = (Invitation.moderator_id == person.id, Invitation.site_id == site_id)
    if session.scalar(delete(Invitation).where(*waiting).returning(Invitation.id)) is None:
        return False
    record_audit(session, AuditEvent.INVITATION_WITHDRAWN, site_id=site_id, about=person.id)
    return True


def accept(
    session: Session, token: str, *, browser: SignedIn | None, code: str, seal: SecretBox, user_agent: str, now: datetime
) -> str:
    """Use an invitation up: the roles count, nothing from before opens the account, and this browser gets a new session.

    `browser` is the one signed in to the account, whose password was checked. Returns the token of the session. Raises Gone for
    a link that does not work, AccountChanged where the browser was signed out meanwhile, Invalid for a code that does not fit.
    """
    offers = invitations_with(session, digest_of(token), now=now)
    person = locked(session, offers[0].moderator_id) if offers else None
    used = session.scalars(
        delete(Invitation).where(Invitation.id.in_([offer.id for offer in offers])).returning(Invitation.id)
    ).all()
    if person is None or len(used) < len(offers):
        raise Gone("this invitation was used, withdrawn or has run out")
    if offers[0].signed_in:
        _prove(session, person, browser, code, seal=seal, now=now)
    _end_ways_in(session, person)
    for offered in offers:
        before = set_role(session, person, Role(offered.role), offered.site_id)
        hand = by_moderator(session, person.id)
        record_audit(
            session,
            AuditEvent.ROLE_ACCEPTED,
            site_id=offered.site_id,
            about=person.id,
            before={"role": before},
            after={"role": offered.role},
            hand=hand,
        )
    return start(session, person.id, how="invitation", user_agent=user_agent, now=now)


def _prove(session: Session, person: Moderator, browser: SignedIn | None, code: str, *, seal: SecretBox, now: datetime) -> None:
    """Only for who also opens the account as it is now, with all its factors."""
    if browser is None or browser.moderator.id != person.id:
        raise AccountChanged("this invitation is accepted by who is signed in to its account")
    hold(session, browser)
    if person.second_factor_at and not accept_code(session, person.id, code, seal=seal, now=now):
        raise Invalid.field("/code", "wrong", "that code does not fit, or was used already; wait for the next one")


def _end_ways_in(session: Session, person: Moderator) -> None:
    """End every way into the account: password, second factor, provider, links, sessions, and sign-ins that wait for a code."""
    sign_out_everywhere(session, person.id)
    forget_factor(session, person.id)
    session.execute(update(Moderator).where(Moderator.id == person.id).values(password="", elsewhere=None))
    for way_in in (SignInLink, Invitation, OidcSignIn):
        session.execute(delete(way_in).where(way_in.moderator_id == person.id))
