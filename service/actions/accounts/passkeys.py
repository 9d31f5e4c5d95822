"""Passkeys: ask a browser to sign a challenge, add a passkey, sign in with one, and remove it."""

import base64
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from service.actions.accounts.sign_in import BY_PASSKEY, Entry, start
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, NotFound
from service.domain.ids import new_id
from service.domain.security.relying_party import InvalidPasskey, VerifiedPasskey
from service.domain.security.tokens import digest_of
from service.store.accounts.passkeys import count_passkeys, passkey_with
from service.store.tables.accounts import Moderator, locked
from service.store.tables.passkeys import Passkey, PasskeyChallenge

#: How long a person may take to answer their device.
CHALLENGE_VALID = timedelta(minutes=5)
MOST_PASSKEYS = 20


def new_challenge(session: Session, *, now: datetime, moderator_id: UUID | None = None) -> tuple[str, bytes]:
    """A challenge for one browser. Returns the token for its cookie, and the challenge."""
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.valid_until < now))
    token, challenge = secrets.token_urlsafe(32), secrets.token_bytes(32)
    session.add(
        PasskeyChallenge(
            digest=digest_of(token),
            challenge=base64.urlsafe_b64encode(challenge).decode(),
            moderator_id=moderator_id,
            valid_until=now + CHALLENGE_VALID,
        )
    )
    session.flush()
    return token, challenge


def take_challenge(session: Session, token: str, *, now: datetime, moderator_id: UUID | None = None) -> bytes:
    """The challenge of this browser, which counts once. The caller commits before it verifies the answer.

    Raises InvalidPasskey if there is none.
    """
    purpose = PasskeyChallenge.moderator_id.is_(None) if moderator_id is None else PasskeyChallenge.moderator_id == moderator_id
    pending = (PasskeyChallenge.digest == digest_of(token), PasskeyChallenge.valid_until > now, purpose)
    challenge = session.scalar(delete(PasskeyChallenge).where(*pending).returning(PasskeyChallenge.challenge))
    if challenge is None:
        raise InvalidPasskey("this took too long, or was answered already; try again")
    return base64.urlsafe_b64decode(challenge)


def add_passkey(session: Session, moderator: Moderator, verified: VerifiedPasskey, *, name: str, now: datetime) -> None:
    """Add a passkey to an account, which the caller has locked. Raises Conflict if there are too many, or it is known already."""
    if count_passkeys(session, moderator.id) >= MOST_PASSKEYS:
        raise Conflict(f"an account has at most {MOST_PASSKEYS} passkeys; remove one first")
    if passkey_with(session, verified.credential_id):
        raise Conflict("this passkey belongs to an account already")
    session.add(
        Passkey(
            id=new_id(),
            moderator_id=moderator.id,
            credential_id=verified.credential_id,
            public_key=verified.public_key,
            sign_count=verified.sign_count,
            name=name[:100],
            created_at=now,
        )
    )
    session.flush()
    record_audit(session, AuditEvent.PASSKEY_ADDED, target=moderator.id)


def sign_in_with(session: Session, passkey: Passkey, sign_count: int, *, user_agent: str, now: datetime) -> Entry:
    """Open a session with a passkey whose answer is verified.

    Raises InvalidPasskey if the passkey was removed or used, or the account was disabled, since the answer was verified.
    """
    moderator = locked(session, passkey.moderator_id)
    won = session.scalar(
        update(Passkey)
        .where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, used_at=now)
        .returning(Passkey.id)
    )
    if won is None or moderator is None or moderator.disabled_at is not None:
        raise InvalidPasskey("this passkey was refused; try again")
    return Entry(start(session, moderator.id, how=BY_PASSKEY, user_agent=user_agent, now=now), moderator.email)


def remove_passkey(session: Session, moderator: Moderator, passkey_id: UUID) -> None:
    """Remove a passkey of an account, which the caller has locked. Raises NotFound, or Conflict if it is the only way to sign in."""
    own = (Passkey.id == passkey_id, Passkey.moderator_id == moderator.id)
    if session.scalar(delete(Passkey).where(*own).returning(Passkey.id)) is None:
        raise NotFound("no such passkey")
    if not (moderator.password or moderator.oidc_account or count_passkeys(session, moderator.id)):
        raise Conflict("this passkey is your only way to sign in; set a password first")
    record_audit(session, AuditEvent.PASSKEY_REMOVED, target=moderator.id)


def forget_passkeys(session: Session, moderator_id: UUID, *, but: UUID | None = None) -> int:
    """Delete all passkeys of a moderator, except `but`. Returns how many were deleted."""
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.moderator_id == moderator_id))
    theirs = [Passkey.moderator_id == moderator_id] + ([Passkey.id != but] if but else [])
    return len(session.scalars(delete(Passkey).where(*theirs).returning(Passkey.id)).all())
