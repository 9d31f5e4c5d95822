"""OIDC sign-in: a moderator signs in at an OpenID provider, and is matched with a Greenroom account, or gets a new account."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.actions.accounts.invitations import accept_by_address
from service.actions.accounts.moderators import add_moderator, give_role_on_all_sites
from service.actions.accounts.sign_in import sign_out_everywhere
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict
from service.domain.security.encryption import SecretBox
from service.domain.security.oidc import InvalidIdToken, OidcIdentity
from service.domain.security.pseudonyms import domain_of
from service.domain.security.tokens import digest_of
from service.store.accounts.moderators import moderator_with
from service.store.accounts.passkeys import count_passkeys
from service.store.tables.accounts import Moderator, Role, locked
from service.store.tables.oidc import OidcSignIn

#: How long a sign-in at the provider may take.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The secrets of one sign-in. `state` and `nonce` go to the provider; `verifier` stays in Greenroom at first (PKCE, RFC
    7636).

    `goal` is the page to return to.
    """

    state: str
    nonce: str
    verifier: str
    goal: str
    moderator_id: UUID | None = None


def begin_sign_in(
    session: Session, goal: str, *, secret_box: SecretBox, now: datetime, moderator_id: UUID | None = None
) -> tuple[str, AuthorizationRequest]:
    """Begin a sign-in. Returns the token for the browser's cookie, and the authorization request for the provider."""
    session.execute(delete(OidcSignIn).where(OidcSignIn.valid_until < now))
    token = secrets.token_urlsafe(32)
    question = AuthorizationRequest(digest_of(token), secrets.token_urlsafe(24), secrets.token_urlsafe(48), goal, moderator_id)
    sealed = secret_box.encrypt(json.dumps([question.nonce, question.verifier, goal]))
    session.add(OidcSignIn(digest=question.state, encrypted=sealed, moderator_id=moderator_id, valid_until=now + PATIENCE))
    session.flush()
    return token, question


def take_sign_in(session: Session, token: str, state: str, *, secret_box: SecretBox, now: datetime) -> AuthorizationRequest:
    """Returns the authorization request of this browser, and deletes it. Raises InvalidIdToken if there is none, or if it belongs
    to another browser."""
    digest = digest_of(token)
    if not token or not secrets.compare_digest(digest.encode(), state.encode("utf-8", "replace")):
        raise InvalidIdToken("this answer belongs to no sign-in of this browser")
    pending = (OidcSignIn.digest == digest, OidcSignIn.valid_until > now)
    row = session.execute(
        delete(OidcSignIn).where(*pending).returning(OidcSignIn.encrypted, OidcSignIn.moderator_id)
    ).one_or_none()
    if row is None:
        raise InvalidIdToken("this sign-in took too long, or was answered already")
    nonce, verifier, goal = json.loads(secret_box.decrypt(row.encrypted))
    return AuthorizationRequest(digest, nonce, verifier, goal, row.moderator_id)


def moderator_of(
    session: Session, person: OidcIdentity, *, domains: Sequence[str], role: Role | None, now: datetime
) -> Moderator:
    """The moderator of this OIDC identity. Raises InvalidIdToken for an identity that may not sign in.

    An account that has neither a password nor two-factor nor a passkey is found by its e-mail address and connected. An account with one of
    these is connected only by its moderator, while signed in, so that nobody can take it over through the provider. A person
    without an account gets one only if `role` is set and their e-mail domain is in `domains`.
    """
    connected = session.scalar(select(Moderator).where(Moderator.oidc_account == person.key))
    known = connected or moderator_with(session, person.email)
    known = locked(session, known.id) if known else None
    if known is None:
        if role is None or domain_of(person.email) not in domains:
            raise InvalidIdToken("nobody with this address was invited; ask an admin")
        known = add_moderator(session, person.email, name=person.name, now=now)
        give_role_on_all_sites(session, known, role)
    if known.disabled_at is not None:
        raise InvalidIdToken("this account was disabled by the operator")
    secured = known.password or known.totp_enabled_at or count_passkeys(session, known.id)
    by_address = connected is None and known.oidc_account is None and not secured
    if by_address:
        accept_by_address(session, known, now=now)
        _connect(session, known.id, person)
    elif known.oidc_account != person.key:
        raise InvalidIdToken(
            "an account with this address exists here; sign in to it as ever, and connect the two under your account"
        )
    return known


def connect(session: Session, moderator_id: UUID, person: OidcIdentity, *, but: str) -> None:
    """Connect an account at the provider with the account of a signed-in moderator, and sign out every browser except the one with
    the digest `but`. Raises Conflict if another moderator is connected with it."""
    if session.scalar(select(Moderator.id).where(Moderator.oidc_account == person.key, Moderator.id != moderator_id)):
        raise Conflict("that account is connected with another moderator already")
    _connect(session, moderator_id, person)
    sign_out_everywhere(session, moderator_id, but=but)


def disconnect(session: Session, moderator_id: UUID) -> None:
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(oidc_account=None))
    record_audit(session, AuditEvent.ACCOUNT_DISCONNECTED, target=moderator_id)


def _connect(session: Session, moderator_id: UUID, person: OidcIdentity) -> None:
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(oidc_account=person.key))
    record_audit(session, AuditEvent.ACCOUNT_CONNECTED, target=moderator_id)
