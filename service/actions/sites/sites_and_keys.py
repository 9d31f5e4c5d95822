"""Create sites, and create and revoke their API keys."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Fault, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.origins import parse_origins
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.security.tokens import digest_of, new_token
from service.store.tables.sites import ApiKey, ApiKeyKind, HeldIs, Scope, Site

#: Coral makes secrets of 64 hex digits. A signature with a shorter one could be guessed.
SHORTEST_SECRET = 32
#: The longest name of a site.
MOST_OF_A_NAME = 200
_SITE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def add_site(session: Session, site_id: str, *, origins: Sequence[str], name: str = "", now: datetime) -> Site:
    """Create a site. `origins` are the origins (scheme and host) of its pages. Raises Invalid, or Conflict if the id is taken."""
    if not _SITE_ID.fullmatch(site_id):
        raise Invalid.field("/id", "pattern", "expected a site id of lower-case letters, digits and dashes, at most 63")
    parsed = parse_origins(origins)
    if session.get(Site, site_id) is not None:
        raise Conflict(f"site {site_id!r} exists already", Fault("/id", "taken", "expected an id that is free"))
    site = Site(id=site_id, name=name_of_site(name, site_id), origins=parsed, created_at=now, policy={}, hold_everything=False)
    session.add(site)
    session.flush()
    record_audit(
        session, AuditEvent.SITE_MADE, site_id=site_id, target=site_id, after={"name": site.name, "origins": site.origins}
    )
    return site


def name_of_site(typed: str, site_id: str) -> str:
    """The name as it was typed, without needless space; the id if nothing was typed. Raises Invalid."""
    name = " ".join(typed.split())
    if len(name) > MOST_OF_A_NAME:
        raise Invalid.field("/name", "too_long", f"expected at most {MOST_OF_A_NAME} characters")
    return name or site_id


def add_key(session: Session, site_id: str, *, scopes: Sequence[Scope], label: str = "", now: datetime) -> tuple[UUID, str]:
    """Create a key of a site. Returns its id and the key itself, which is shown only once and stored as a hash.

    Raises NotFound for an unknown site.
    """
    if session.get(Site, site_id) is None:
        raise NotFound(f"no site {site_id!r}; `greenroom site add` makes one")
    token = new_token()
    key = ApiKey(
        id=new_id(),
        site_id=site_id,
        label=label,
        scopes=[s.value for s in scopes],
        digest=digest_of(token),
        hint=token[:10],
        created_at=now,
    )
    session.add(key)
    session.flush()
    _note_key(session, key)
    return key.id, token


def add_akismet_key(
    session: Session, site_id: str, *, pseudonyms: Pseudonymizer, held_is: HeldIs = HeldIs.PENDING, label: str = "", now: datetime
) -> tuple[UUID, str]:
    """Create a key for clients of Akismet's protocol: 12 hex digits, since the WordPress plugin accepts no other form.

    Such a client knows two responses, spam and not spam, and some also "not decided yet". `held_is` says which of them it gets for
    a held comment.
    """
    if session.get(Site, site_id) is None:
        raise NotFound(f"no site {site_id!r}; `greenroom site add` makes one")
    token = secrets.token_hex(6)
    key = ApiKey(
        id=new_id(), site_id=site_id, kind=ApiKeyKind.AKISMET, label=label, scopes=[Scope.SUBMIT.value], digest=pseudonyms.short_key(token),
        hint=token[:4], held_is=held_is, created_at=now,
    )  # fmt: skip
    session.add(key)
    session.flush()
    _note_key(session, key)
    return key.id, token


def add_coral_key(
    session: Session,
    site_id: str,
    secret: str,
    *,
    pseudonyms: Pseudonymizer,
    secret_box: SecretBox,
    label: str = "",
    now: datetime,
) -> UUID:
    """Store the secret with which Coral signs the requests of an external moderation phase. It is needed to verify them, so it is
    encrypted. Returns the id of the key. Raises NotFound, Invalid, or Conflict if the secret is stored already."""
    if session.get(Site, site_id) is None:
        raise NotFound(f"no site {site_id!r}; `greenroom site add` makes one")
    if len(secret) < SHORTEST_SECRET:
        detail = f"expected the signing secret as Coral shows it, {SHORTEST_SECRET} characters or more"
        raise Invalid.field("/secret", "too_short", detail)
    digest = pseudonyms.short_key(secret)
    if session.scalar(select(ApiKey.id).where(ApiKey.digest == digest)):
        raise Conflict("this secret is stored already", Fault("/secret", "taken", "expected a secret that is new"))
    key = ApiKey(
        id=new_id(), site_id=site_id, kind=ApiKeyKind.CORAL, label=label, scopes=[Scope.SUBMIT.value], digest=digest, hint=secret[:10],
        secret=secret_box.encrypt(secret), created_at=now,
    )  # fmt: skip
    session.add(key)
    session.flush()
    _note_key(session, key)
    return key.id


def revoke_key(session: Session, site_id: str, key_id: UUID, *, now: datetime) -> None:
    """Revoke a key. Web processes that have it in their cache drop it within seconds. Raises NotFound if it is not in force."""
    revoked = session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.site_id == site_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiKey.id)
    ).scalar()
    if revoked is None:
        raise NotFound(f"no live key {key_id} on site {site_id!r}")
    record_audit(session, AuditEvent.KEY_REVOKED, site_id=site_id, target=key_id)


def record_use(session: Session, key_id: UUID, *, now: datetime) -> None:
    """Store when a key was last used."""
    session.execute(
        update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now).execution_options(synchronize_session=False)
    )


def _note_key(session: Session, key: ApiKey) -> None:
    after = {"hint": key.hint, "kind": key.kind or ApiKeyKind.API, "scopes": key.scopes, "label": key.label}
    record_audit(session, AuditEvent.KEY_MADE, site_id=key.site_id, target=key.id, after=after)
