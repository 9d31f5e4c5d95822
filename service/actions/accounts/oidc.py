"""Elsewhere: somebody signs in at an OpenID provider, and the account there finds the one here, or may make one."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.actions.accounts.moderators import add_moderator, give_role_on_all_sites
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict
from service.domain.security.encryption import SecretBox
from service.domain.security.oidc import InvalidIdToken, OidcIdentity
from service.domain.security.pseudonyms import domain_of
from service.domain.security.tokens import digest_of
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Moderator, Role, locked
from service.store.tables.oidc import OidcSignIn

#: How long somebody may take at the provider.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What only this browser's answer can fit: `state` and `nonce` go along, the verifier stays here (PKCE, RFC 7636)."""

    state: str
    nonce: str
    verifier: str
    goal: str
    moderator_id: UUID | None = None


def begin_sign_in(
    session: Session, goal: str, *, seal: SecretBox, now: datetime, moderator_id: UUID | None = None
) -> tuple[str, AuthorizationRequest]:
    """Begin. Returns the browser's token, and the question for the provider."""
    session.execute(delete(OidcSignIn).where(OidcSignIn.valid_until < now))
    token = secrets.token_urlsafe(32)
    question = AuthorizationRequest(digest_of(token), secrets.token_urlsafe(24), secrets.token_urlsafe(48), goal, moderator_id)
    sealed = seal.encrypt(json.dumps([question.nonce, question.verifier, goal]))
    session.add(OidcSignIn(digest=question.state, sealed=sealed, moderator_id=moderator_id, valid_until=now + PATIENCE))
    session.flush()
    return token, question


def take_sign_in(session: Session, token: str, state: str, *, seal: SecretBox, now: datetime) -> AuthorizationRequest:
    """The question of this browser, which can be answered once. Raises NotBelieved where none waits, or it was another one's."""
    digest = digest_of(token)
    if not token or not secrets.compare_digest(digest.encode(), state.encode("utf-8", "replace")):
        raise InvalidIdToken("this answer belongs to no sign-in of this browser")
    waits = (OidcSignIn.digest == digest, OidcSignIn.valid_until > now)
    row = session.execute(delete(OidcSignIn).where(*waits).returning(OidcSignIn.sealed, OidcSignIn.moderator_id)).one_or_none()
    if row is None:
        raise InvalidIdToken("this sign-in took too long, or was answered already")
    nonce, verifier, goal = json.loads(seal.decrypt(row.sealed))
    return AuthorizationRequest(digest, nonce, verifier, goal, row.moderator_id)


def moderator_of(
    session: Session, person: OidcIdentity, *, domains: Sequence[str], role: Role | None, now: datetime
) -> Moderator:
    """The moderator that this person is. Raises NotBelieved for everybody else.

    Whoever was invited and has no other way in yet is connected by the address; an account with a password is connected only
    from inside, so that nobody takes it over from elsewhere. Strangers get in only with a role for their domain.
    """
    connected = session.scalar(select(Moderator).where(Moderator.elsewhere == person.key))
    known = connected or moderator_with(session, person.email)
    known = locked(session, known.id) if known else None
    if known is None:
        if role is None or domain_of(person.email) not in domains:
            raise InvalidIdToken("nobody with this address was invited; ask an admin")
        known = add_moderator(session, person.email, name=person.name, now=now)
        give_role_on_all_sites(session, known, role)
    if known.disabled_at is not None:
        raise InvalidIdToken("this account was disabled by the operator")
    by_address = connected is None and known.elsewhere is None and not known.password and known.second_factor_at is None
    if by_address:
        _connect(session, known.id, person)
    elif known.elsewhere != person.key:
        raise InvalidIdToken(
            "an account with this address exists here; sign in to it as ever, and connect the two under your account"
        )
    return known


def connect(session: Session, moderator_id: UUID, person: OidcIdentity) -> None:
    """Connect the account there with the one here, from inside."""
    if session.scalar(select(Moderator.id).where(Moderator.elsewhere == person.key, Moderator.id != moderator_id)):
        raise Conflict("that account is connected with another moderator already")
    _connect(session, moderator_id, person)


def disconnect(session: Session, moderator_id: UUID) -> None:
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(elsewhere=None))
    record_audit(session, AuditEvent.ACCOUNT_DISCONNECTED, about=moderator_id)


def _connect(session: Session, moderator_id: UUID, person: OidcIdentity) -> None:
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(elsewhere=person.key))
    record_audit(session, AuditEvent.ACCOUNT_CONNECTED, about=moderator_id)
