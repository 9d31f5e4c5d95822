"""Sign-in: one-time links, passwords, and the browser sessions that they open. Tokens are stored only as hashes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import by_moderator, record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Gone
from service.domain.security.tokens import digest_of
from service.store.accounts.moderators import SignedIn
from service.store.tables.accounts import BrowserSession, Moderator, SignInLink, locked
from service.store.tables.message_choices import MessageChoice
from service.store.tables.two_factor import PendingSignIn

#: The methods of a session that a link by mail, an account at an OpenID provider, or a passkey opened. A passkey needs no second
#: factor.
BY_MAIL, BY_PROVIDER, BY_PASSKEY = "mail", "oidc", "passkey"
#: How long a pending sign-in waits for its second factor, and how many tries it allows.
PENDING_TTL, MAX_TRIES = timedelta(minutes=5), 5


@dataclass(frozen=True, slots=True)
class Entry:
    """The token that a browser gets: for a session, or (`half`) for a pending sign-in, which waits for its second factor and
    gives access to no page. `email` is the address of the account."""

    token: str
    email: str
    half: bool = False


class AccountChanged(Conflict):
    """The account is not as it was when the password, the link or the session was checked."""


def new_link(session: Session, moderator_id: UUID, *, now: datetime, valid: timedelta) -> str:
    """The token of a new one-time link for an existing moderator."""
    token = link(session, moderator_id, now=now, valid=valid)
    record_audit(session, AuditEvent.LINK_MADE, target=moderator_id)
    return token


def link(session: Session, moderator_id: UUID, *, now: datetime, valid: timedelta, by_mail: bool = False) -> str:
    """The token of a new link. Also deletes links that have expired."""
    session.execute(delete(SignInLink).where(SignInLink.valid_until < now))
    token = secrets.token_urlsafe(32)
    session.add(SignInLink(digest=digest_of(token), moderator_id=moderator_id, valid_until=now + valid, by_mail=by_mail))
    session.flush()
    return token


def link_is_good(session: Session, token: str, *, now: datetime) -> bool:
    """Whether the link still works. The link can still be used after this check."""
    good = select(SignInLink.digest).where(SignInLink.digest == digest_of(token), SignInLink.valid_until > now)
    return session.scalar(good) is not None


def use_link(session: Session, token: str, *, user_agent: str, now: datetime) -> Entry:
    """Use a link up, and open a session or a pending sign-in. A link by mail also ends the account's other sessions and links.

    Raises Gone for a link that does not work.
    """
    good = (SignInLink.digest == digest_of(token), SignInLink.valid_until > now)
    owner = session.scalar(select(SignInLink.moderator_id).where(*good))
    # Lock order: first the account, then its links, as in `set_password`. Otherwise the two could deadlock.
    moderator = locked(session, owner) if owner else None
    by_mail = session.scalar(delete(SignInLink).where(*good).returning(SignInLink.by_mail))
    if moderator is None or moderator.disabled_at is not None or by_mail is None:
        raise Gone("this sign-in link was used already or has run out; `greenroom user link EMAIL` prints a new one")
    if by_mail:
        session.execute(delete(SignInLink).where(SignInLink.moderator_id == moderator.id))
        sign_out_everywhere(session, moderator.id)
    return open_session(session, moderator, how=BY_MAIL if by_mail else "link", user_agent=user_agent, now=now)


def open_session(session: Session, moderator: Moderator, *, how: str, user_agent: str, now: datetime) -> Entry:
    """Open a session after one factor, or a pending sign-in if two-factor is on.

    `moderator` is the account as it was when the factor was checked, which may have taken seconds. Raises AccountChanged if
    the account has been disabled, or its password or two-factor has changed, since then.
    """
    checked = (moderator.password, moderator.totp_enabled_at)
    present = locked(session, moderator.id)
    if present is None or present.disabled_at is not None or (present.password, present.totp_enabled_at) != checked:
        raise AccountChanged("this account was changed while you signed in; sign in again")
    if present.totp_enabled_at is None:
        return Entry(start(session, moderator.id, how=how, user_agent=user_agent, now=now), moderator.email)
    session.execute(delete(PendingSignIn).where(PendingSignIn.valid_until < now))
    token = secrets.token_urlsafe(32)
    session.add(
        PendingSignIn(digest=digest_of(token), moderator_id=moderator.id, method=how, tries=0, valid_until=now + PENDING_TTL)
    )
    session.flush()
    return Entry(token, moderator.email, half=True)


def count_try(session: Session, digest: str) -> bool:
    """Count one try of a code at a pending sign-in. False if there were too many tries: then the pending sign-in ends, and the
    moderator has to start again with the password."""
    tries = session.execute(
        update(PendingSignIn)
        .where(PendingSignIn.digest == digest)
        .values(tries=PendingSignIn.tries + 1)
        .returning(PendingSignIn.tries)
    ).scalar()
    if tries is not None and tries <= MAX_TRIES:
        return True
    session.execute(delete(PendingSignIn).where(PendingSignIn.digest == digest))
    return False


def end_pending_sign_in(session: Session, digest: str) -> bool:
    """End a pending sign-in. False if it had ended already, for example by a change of the account."""
    return session.scalar(delete(PendingSignIn).where(PendingSignIn.digest == digest).returning(PendingSignIn.digest)) is not None


def start(session: Session, moderator_id: UUID, *, how: str, user_agent: str, now: datetime) -> str:
    """Open a browser session and return its token, which is stored only as a hash."""
    token = secrets.token_urlsafe(32)
    session.add(
        BrowserSession(
            digest=digest_of(token),
            moderator_id=moderator_id,
            csrf=secrets.token_urlsafe(24),
            user_agent=user_agent[:300],
            created_at=now,
            seen_at=now,
            method=how[:40],
        )
    )
    session.flush()
    record_audit(session, AuditEvent.SIGNED_IN, target=moderator_id, after={"by": how}, actor=by_moderator(session, moderator_id))
    return token


def record_failure(session: Session, moderator_id: UUID, *, how: str) -> None:
    """Write an audit entry for a failed sign-in as this moderator."""
    record_audit(session, AuditEvent.SIGN_IN_FAILED, target=moderator_id, after={"by": how})


def hold(session: Session, browser: SignedIn) -> Moderator:
    """The account of a signed-in browser, with a row lock. Raises AccountChanged if the session ended or the password changed.

    A form that sets a password or two-factor calls this first: the owner may have changed the account since the request began.
    """
    present = locked(session, browser.moderator.id)
    alive = session.scalar(select(BrowserSession.digest).where(BrowserSession.digest == browser.session.digest))
    if present is None or present.disabled_at is not None or alive is None or present.password != browser.moderator.password:
        raise AccountChanged("this browser was signed out, or your password was changed, a moment ago; sign in again")
    return present


def record_seen(session: Session, digest: str, *, now: datetime, zone: str) -> None:
    """Store when the browser was last seen, and in which time zone."""
    session.execute(update(BrowserSession).where(BrowserSession.digest == digest).values(seen_at=now, zone=zone))


def sign_out(session: Session, moderator_id: UUID, digest: str) -> None:
    """End one session of this moderator; another moderator's session stays."""
    own = (BrowserSession.digest == digest, BrowserSession.moderator_id == moderator_id)
    if session.execute(delete(BrowserSession).where(*own).returning(BrowserSession.digest)).scalar():
        record_audit(session, AuditEvent.SESSION_ENDED, target=moderator_id)


def sign_out_everywhere(session: Session, moderator_id: UUID, *, but: str = "") -> None:
    """End all sessions of a moderator, except the one with the digest `but`, all pending sign-ins, and their feed."""
    locked(session, moderator_id)
    session.execute(delete(PendingSignIn).where(PendingSignIn.moderator_id == moderator_id))
    session.execute(delete(BrowserSession).where(BrowserSession.moderator_id == moderator_id, BrowserSession.digest != but))
    # Whoever was in the account may have made a feed address.
    session.execute(update(MessageChoice).where(MessageChoice.moderator_id == moderator_id).values(feed_digest=None))


def set_password(session: Session, moderator_id: UUID, kept: str, *, but: str = "") -> None:
    """Store this argon2id hash, delete all sign-in links, and sign the moderator out of every browser except `but`."""
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(password=kept))
    session.execute(delete(SignInLink).where(SignInLink.moderator_id == moderator_id))
    sign_out_everywhere(session, moderator_id, but=but)
    record_audit(session, AuditEvent.PASSWORD_SET, target=moderator_id)
