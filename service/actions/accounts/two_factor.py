"""Two-factor: a moderator sets it up, enters a code, replaces the recovery codes and turns it off; an admin resets it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from service.actions.accounts.passkeys import forget_passkeys
from service.actions.accounts.sign_in import sign_out_everywhere
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import digest_of_recovery, new_recovery_codes, new_secret, step_of
from service.store.db.column_types import table
from service.store.tables.accounts import Moderator
from service.store.tables.two_factor import PendingSignIn, RecoveryCode


def begin(session: Session, moderator_id: UUID, *, secret_box: SecretBox) -> None:
    """Make a secret, which takes effect once `confirm` is called. A second call replaces the secret. Raises Conflict if
    two-factor is on already."""
    moderator = _locked_moderator(session, moderator_id)
    if moderator.totp_enabled_at:
        raise Conflict("the second factor is on already; turn it off first")
    moderator.totp_secret, moderator.totp_last_step = secret_box.encrypt(new_secret()), 0
    session.flush()


def confirm(session: Session, moderator_id: UUID, code: str, *, secret_box: SecretBox, now: datetime, but: str) -> list[str]:
    """Turn two-factor on, with a code as proof. Returns the recovery codes; signs out every browser except the one with digest
    `but`.

    Raises Conflict if `begin` was not called or two-factor is on already, or Invalid for a wrong code.
    """
    moderator = _locked_moderator(session, moderator_id)
    if moderator.totp_enabled_at or not moderator.totp_secret:
        raise Conflict("there is no second factor to confirm; begin anew")
    if not _shows_a_code(session, moderator, code, secret_box=secret_box, now=now):
        raise _wrong()
    moderator.totp_enabled_at = now
    codes = _fresh_codes(session, moderator_id)
    sign_out_everywhere(session, moderator_id, but=but)
    record_audit(session, AuditEvent.TWO_FACTOR_ON, target=moderator_id)
    return codes


def renew_codes(session: Session, moderator_id: UUID, code: str, *, secret_box: SecretBox, now: datetime) -> list[str]:
    """Replace the recovery codes, with a code as proof. Raises Invalid for a wrong code."""
    _prove(session, moderator_id, code, secret_box=secret_box, now=now)
    codes = _fresh_codes(session, moderator_id)
    record_audit(session, AuditEvent.RECOVERY_CODES_MADE, target=moderator_id)
    return codes


def turn_off(session: Session, moderator_id: UUID, code: str, *, secret_box: SecretBox, now: datetime) -> None:
    """A moderator turns off their own two-factor, with a code as proof. Raises Invalid for a wrong code."""
    _prove(session, moderator_id, code, secret_box=secret_box, now=now)
    forget_factor(session, moderator_id)
    record_audit(session, AuditEvent.TWO_FACTOR_OFF, target=moderator_id)


def reset(session: Session, moderator_id: UUID) -> None:
    """Turn two-factor off for a moderator who has lost phone and codes, remove their passkeys, and sign them out everywhere.

    Raises Conflict if they have neither.
    """
    is_on = _locked_moderator(session, moderator_id).totp_enabled_at
    if not forget_passkeys(session, moderator_id) and not is_on:
        raise Conflict("this moderator has no second factor and no passkey")
    forget_factor(session, moderator_id)
    sign_out_everywhere(session, moderator_id)
    record_audit(session, AuditEvent.TWO_FACTOR_RESET, target=moderator_id)


def accept_code(session: Session, moderator_id: UUID, code: str, *, secret_box: SecretBox, now: datetime) -> str:
    """Check a code and use it up. Returns `code` or `recovery code`, or an empty string if the code is wrong. Each code works
    only once, even if two requests use it at the same time."""
    moderator = _locked_moderator(session, moderator_id)
    if not moderator.totp_enabled_at:
        return ""
    if _shows_a_code(session, moderator, code, secret_box=secret_box, now=now):
        return "code"
    own = (RecoveryCode.digest == digest_of_recovery(code), RecoveryCode.moderator_id == moderator_id)
    used = session.execute(delete(RecoveryCode).where(*own).returning(RecoveryCode.digest)).scalar()
    return "recovery code" if used else ""


def _shows_a_code(session: Session, moderator: Moderator, code: str, *, secret_box: SecretBox, now: datetime) -> bool:
    step = step_of(secret_box.decrypt(moderator.totp_secret), code, now=now, after=moderator.totp_last_step)
    if step is None:
        return False
    won = session.execute(
        update(Moderator)
        .where(Moderator.id == moderator.id, Moderator.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Moderator.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return won is not None


def _prove(session: Session, moderator_id: UUID, code: str, *, secret_box: SecretBox, now: datetime) -> None:
    if not accept_code(session, moderator_id, code, secret_box=secret_box, now=now):
        raise _wrong()


def _fresh_codes(session: Session, moderator_id: UUID) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id))
    codes = new_recovery_codes()
    rows = [{"digest": digest_of_recovery(code), "moderator_id": moderator_id} for code in codes]
    session.execute(insert(table(RecoveryCode)), rows)
    return codes


def forget_factor(session: Session, moderator_id: UUID) -> None:
    """Delete the two-factor secret, the recovery codes and pending sign-ins."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id))
    session.execute(delete(PendingSignIn).where(PendingSignIn.moderator_id == moderator_id))
    values = {"totp_secret": "", "totp_enabled_at": None, "totp_last_step": 0}
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(**values))


def _locked_moderator(session: Session, moderator_id: UUID) -> Moderator:
    moderator = session.get(Moderator, moderator_id, with_for_update=True)
    if moderator is None:
        raise NotFound("no such moderator")
    return moderator


def _wrong() -> Invalid:
    return Invalid.field("/code", "wrong", "that code does not fit, or was used already; wait for the next one")
