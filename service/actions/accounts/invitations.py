"""Invitations: an account gets a role on further sites only when the role is accepted through a new link.

Greenroom verifies no e-mail address: an account belongs to the person who used its first link, perhaps not to the owner of the
address. So accepting an invitation ends every earlier way into the account that is not proved again: none of them may lead to the
new role. The admin who gives the role also sees the new link. So this link must not give access to roles that other admins gave.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from service.actions.accounts.moderators import set_role
from service.actions.accounts.passkeys import forget_passkeys
from service.actions.accounts.sign_in import BY_PASSKEY, BY_PROVIDER, AccountChanged, Entry, hold, sign_out_everywhere, start
from service.actions.accounts.two_factor import accept_code, forget_factor
from service.actions.audit_log import by_moderator, record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Gone, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.security.tokens import digest_of
from service.store.accounts.invitations import invitations_of, invitations_with
from service.store.accounts.moderators import SignedIn, roles_of
from service.store.accounts.passkeys import used_for
from service.store.tables.accounts import Moderator, Role, SignInLink, locked
from service.store.tables.invitations import Invitation
from service.store.tables.oidc import OidcSignIn
from service.store.tables.sites import Site

#: How long an invitation waits after its link has expired, for a person who signs in at an OpenID provider.
WAITS_FOR = timedelta(days=30)


def sites_beyond(session: Session, person: Moderator, sites: Sequence[str | None]) -> list[str | None]:
    """The sites among these on which the person has no role yet. None stands for all sites, also future sites."""
    roles = roles_of(session, person)
    return [site_id for site_id in sites if (not person.role_on_all_sites if site_id is None else site_id not in roles)]


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
    """Create invitations, and return the token of the link that accepts them. The account does not change until the link is used.

    `signed_in`: the link works only in a browser that is signed in to the account. Used if the admin who gives the role must not
    get access to the account. Raises NotFound for an unknown site.
    """
    same = or_(*(Invitation.site_id.is_(None) if site_id is None else Invitation.site_id == site_id for site_id in sites))
    replaced = (Invitation.moderator_id == person.id) & same
    session.execute(delete(Invitation).where((Invitation.valid_until < now - WAITS_FOR) | replaced))
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
            session, AuditEvent.MODERATOR_INVITED, site_id=site_id, target=person.id, after={"role": role, "accepted": "by link"}
        )
    session.flush()
    return token


def withdraw(session: Session, person: Moderator, *, site_id: str) -> bool:
    """Withdraw an invitation that is not accepted yet. False if there is none on this site."""
    waiting = (Invitation.moderator_id == person.id, Invitation.site_id == site_id)
    if session.scalar(delete(Invitation).where(*waiting).returning(Invitation.id)) is None:
        return False
    record_audit(session, AuditEvent.INVITATION_WITHDRAWN, site_id=site_id, target=person.id)
    return True


def accept(
    session: Session, token: str, *, browser: SignedIn | None, code: str, secret_box: SecretBox, user_agent: str, now: datetime
) -> Entry:
    """Accept an invitation: the roles take effect, and this browser gets a new session.

    `browser` is signed in to the account, and the caller has checked the account's password; None if the link alone is used.
    Every earlier way into the account ends that is not proved again in this way. Raises Gone for a link that does not work,
    AccountChanged if the browser was signed out meanwhile, or Invalid for a wrong code.
    """
    offers = invitations_with(session, digest_of(token), now=now)
    person = locked(session, offers[0].moderator_id) if offers else None
    used = session.scalars(
        delete(Invitation).where(Invitation.id.in_([offer.id for offer in offers])).returning(Invitation.id)
    ).all()
    if person is None or len(used) < len(offers):
        raise Gone("this invitation was used, withdrawn or has run out")
    if browser or offers[0].signed_in:
        _prove(session, person, browser, code, secret_box=secret_box, now=now)
    if browser is None:
        _end_ways_in(session, person)
    else:
        _end_unproved(session, person, browser)
    _put_in_force(session, person, offers)
    how = BY_PASSKEY if browser and browser.session.method == BY_PASSKEY else "invitation"
    return Entry(start(session, person.id, how=how, user_agent=user_agent, now=now), person.email)


def accept_by_address(session: Session, person: Moderator, *, now: datetime) -> None:
    """Accept the invitations of an account without any role, for a person whose e-mail address a provider has verified."""
    offers = invitations_of(session, person.id, since=now - WAITS_FOR)
    if offers and not roles_of(session, person):
        _end_ways_in(session, person)
        _put_in_force(session, person, offers)


def _put_in_force(session: Session, person: Moderator, offers: Sequence[Invitation]) -> None:
    for offered in offers:
        before = set_role(session, person, Role(offered.role), offered.site_id)
        record_audit(
            session,
            AuditEvent.ROLE_ACCEPTED,
            site_id=offered.site_id,
            target=person.id,
            before={"role": before},
            after={"role": offered.role},
            actor=by_moderator(session, person.id),
        )


def _end_ways_in(session: Session, person: Moderator) -> None:
    """End every way into the account: password, two-factor, passkeys, OIDC account, links, sessions, and pending sign-ins."""
    forget_factor(session, person.id)
    forget_passkeys(session, person.id)
    session.execute(update(Moderator).where(Moderator.id == person.id).values(password="", oidc_account=None))
    _end_passing_ways_in(session, person)


def _prove(
    session: Session, person: Moderator, browser: SignedIn | None, code: str, *, secret_box: SecretBox, now: datetime
) -> None:
    """Check that the browser is signed in to the account as it is now, and that the code is right if two-factor is on."""
    if browser is None or browser.moderator.id != person.id:
        raise AccountChanged("this invitation is accepted by who is signed in to its account")
    hold(session, browser)
    if person.totp_enabled_at and not accept_code(session, person.id, code, secret_box=secret_box, now=now):
        raise Invalid.field("/code", "wrong", "that code does not fit, or was used already; wait for the next one")


def _end_unproved(session: Session, person: Moderator, browser: SignedIn) -> None:
    """End the ways in that this browser has not proved. Proved are the password and the code, and the passkey or the provider's
    account that opened its session."""
    by_passkey = browser.session.method == BY_PASSKEY
    forget_passkeys(session, person.id, but=used_for(session, browser.session) if by_passkey else None)
    if not browser.session.method.startswith(BY_PROVIDER):
        session.execute(update(Moderator).where(Moderator.id == person.id).values(oidc_account=None))
    _end_passing_ways_in(session, person)


def _end_passing_ways_in(session: Session, person: Moderator) -> None:
    """End sessions, pending sign-ins, links and other invitations."""
    sign_out_everywhere(session, person.id)
    for way_in in (SignInLink, Invitation, OidcSignIn):
        session.execute(delete(way_in).where(way_in.moderator_id == person.id))
