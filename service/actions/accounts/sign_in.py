"""Sign in: one-time links, passwords and the browser sessions that they open. Only hashes of what a person holds are kept."""

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
from service.store.tables.two_factor import PendingSignIn

#: How long a sign-in waits for its second factor, and for how many tries.
PENDING_SECONDS, MAX_TRIES = timedelta(minutes=5), 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A browser's token: of a session, or of a sign-in that waits for its second factor and opens nothing else."""

    token: str
    half: bool = False


class AccountChanged(Conflict):
    """The account is not as it was when the password, the link or the session was checked."""


def new_link(session: Session, moderator_id: UUID, *, now: datetime, valid: timedelta) -> str:
    """The token of a new one-time link for somebody who is known already."""
    token = link(session, moderator_id, now=now, valid=valid)
    record_audit(session, AuditEvent.LINK_MADE, about=moderator_id)
    return token


def link(session: Session, moderator_id: UUID, *, now: datetime, valid: timedelta) -> str:
    """The token of a link. Links that ran out are swept away on the way."""
    session.execute(delete(SignInLink).where(SignInLink.valid_until < now))
    token = secrets.token_urlsafe(32)
    session.add(SignInLink(digest=digest_of(token), moderator_id=moderator_id, valid_until=now + valid))
    session.flush()
    return token


def link_is_good(session: Session, token: str, *, now: datetime) -> bool:
    """Whether the link would still work. Asking does not use it up."""
    good = select(SignInLink.digest).where(SignInLink.digest == digest_of(token), SignInLink.valid_until > now)
    return session.scalar(good) is not None


def use_link(session: Session, token: str, *, user_agent: str, now: datetime) -> Entry:
    """Use a link up and come in, or half-way. Raises Gone for a link that does not work."""
    good = (SignInLink.digest == digest_of(token), SignInLink.valid_until > now)
    owner = session.scalar(select(SignInLink.moderator_id).where(*good))
    # The account is locked before its links are, as it is where a new password ends them.
    moderator = locked(session, owner) if owner else None
    used = session.scalar(delete(SignInLink).where(*good).returning(SignInLink.digest))
    if moderator is None or moderator.disabled_at is not None or used is None:
        raise Gone("this sign-in link was used already or has run out; `greenroom user link EMAIL` prints a new one")
    return open_session(session, moderator, how="link", user_agent=user_agent, now=now)


def open_session(session: Session, moderator: Moderator, *, how: str, user_agent: str, now: datetime) -> Entry:
    """Open a session after one factor, or go half-way where there is a second one to show.

    `moderator` is the account as it was when the factor was checked, which may have taken seconds. Raises AccountChanged where
    the account has been disabled, or has another password or second factor, since then.
    """
    checked = (moderator.password, moderator.second_factor_at)
    present = locked(session, moderator.id)
    if present is None or present.disabled_at is not None or (present.password, present.second_factor_at) != checked:
        raise AccountChanged("this account was changed while you signed in; sign in again")
    if present.second_factor_at is None:
        return Entry(start(session, moderator.id, how=how, user_agent=user_agent, now=now))
    session.execute(delete(PendingSignIn).where(PendingSignIn.valid_until < now))
    token = secrets.token_urlsafe(32)
    session.add(
        PendingSignIn(digest=digest_of(token), moderator_id=moderator.id, how=how, tries=0, valid_until=now + PENDING_SECONDS)
    )
    session.flush()
    return Entry(token, half=True)


def count_try(session: Session, digest: str) -> bool:
    """Count one code at a sign-in that waits for it. False where there were too many: it is over, and begins with the password."""
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
    """End a sign-in that waits for its code. False where it has ended already: a change of the account ends it."""
    return session.scalar(delete(PendingSignIn).where(PendingSignIn.digest == digest).returning(PendingSignIn.digest)) is not None


def start(session: Session, moderator_id: UUID, *, how: str, user_agent: str, now: datetime) -> str:
    """Open a browser session and return its token, which is kept only as a hash."""
    token = secrets.token_urlsafe(32)
    session.add(
        BrowserSession(
            digest=digest_of(token),
            moderator_id=moderator_id,
            csrf=secrets.token_urlsafe(24),
            user_agent=user_agent[:300],
            created_at=now,
            seen_at=now,
        )
    )
    session.flush()
    record_audit(session, AuditEvent.SIGNED_IN, about=moderator_id, after={"by": how}, hand=by_moderator(session, moderator_id))
    return token


def record_failure(session: Session, moderator_id: UUID, *, how: str) -> None:
    """Somebody tried to come in as this moderator, and could not."""
    record_audit(session, AuditEvent.SIGN_IN_FAILED, about=moderator_id, after={"by": how})


def hold(session: Session, browser: SignedIn) -> Moderator:
    """The account of a signed-in browser, locked. Raises AccountChanged where the session has ended or the password is another.

    A form that sets a password or a second factor asks this first: its request may have begun before the owner changed it.
    """
    present = locked(session, browser.moderator.id)
    alive = session.scalar(select(BrowserSession.digest).where(BrowserSession.digest == browser.session.digest))
    if present is None or present.disabled_at is not None or alive is None or present.password != browser.moderator.password:
        raise AccountChanged("this browser was signed out, or your password was changed, a moment ago; sign in again")
    return present


def record_seen(session: Session, digest: str, *, now: datetime) -> None:
    """The browser was here."""
    session.execute(update(BrowserSession).where(BrowserSession.digest == digest).values(seen_at=now))


def sign_out(session: Session, moderator_id: UUID, digest: str) -> None:
    """End one session of this moderator; a stranger's stays."""
    mine = (BrowserSession.digest == digest, BrowserSession.moderator_id == moderator_id)
    if session.execute(delete(BrowserSession).where(*mine).returning(BrowserSession.digest)).scalar():
        record_audit(session, AuditEvent.SESSION_ENDED, about=moderator_id)


def sign_out_everywhere(session: Session, moderator_id: UUID, *, but: str = "") -> None:
    """End all sessions of a moderator, except the one with the digest `but`, and whatever waits half-way."""
    locked(session, moderator_id)
    session.execute(delete(PendingSignIn).where(PendingSignIn.moderator_id == moderator_id))
    session.execute(delete(BrowserSession).where(BrowserSession.moderator_id == moderator_id, BrowserSession.digest != but))


def set_password(session: Session, moderator_id: UUID, kept: str, *, but: str = "") -> None:
    """Keep this argon2id hash, and sign the moderator out of every other browser. Links that were handed out end too."""
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(password=kept))
    session.execute(delete(SignInLink).where(SignInLink.moderator_id == moderator_id))
    sign_out_everywhere(session, moderator_id, but=but)
    record_audit(session, AuditEvent.PASSWORD_SET, about=moderator_id)
