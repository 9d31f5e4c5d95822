"""Second factor: a moderator sets it up, shows it, replaces its recovery codes and turns it off; an admin resets it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from service.actions.accounts.sign_in import sign_out_everywhere
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import digest_of_recovery, new_recovery_codes, new_secret, step_of
from service.store.db.column_types import table
from service.store.tables.accounts import Moderator
from service.store.tables.two_factor import PendingSignIn, RecoveryCode


def begin(session: Session, moderator_id: UUID, *, seal: SecretBox) -> None:
    """Make a secret that counts only once a code of it was shown. A second beginning replaces the first."""
    moderator = _one(session, moderator_id)
    if moderator.second_factor_at:
        raise Conflict("the second factor is on already; turn it off first")
    moderator.second_factor, moderator.second_step = seal.encrypt(new_secret()), 0
    session.flush()


def confirm(session: Session, moderator_id: UUID, code: str, *, seal: SecretBox, now: datetime, but: str) -> list[str]:
    """Turn it on, with a code as proof. Returns the recovery codes; signs out every browser except the one with digest `but`."""
    moderator = _one(session, moderator_id)
    if moderator.second_factor_at or not moderator.second_factor:
        raise Conflict("there is no second factor to confirm; begin anew")
    if not _shows_a_code(session, moderator, code, seal=seal, now=now):
        raise _wrong()
    moderator.second_factor_at = now
    codes = _fresh_codes(session, moderator_id)
    sign_out_everywhere(session, moderator_id, but=but)
    record_audit(session, AuditEvent.SECOND_FACTOR_ON, about=moderator_id)
    return codes


def renew_codes(session: Session, moderator_id: UUID, code: str, *, seal: SecretBox, now: datetime) -> list[str]:
    """New recovery codes in place of the old ones."""
    _prove(session, moderator_id, code, seal=seal, now=now)
    codes = _fresh_codes(session, moderator_id)
    record_audit(session, AuditEvent.RECOVERY_CODES_MADE, about=moderator_id)
    return codes


def turn_off(session: Session, moderator_id: UUID, code: str, *, seal: SecretBox, now: datetime) -> None:
    """One's own second factor, with a last code as proof."""
    _prove(session, moderator_id, code, seal=seal, now=now)
    forget_factor(session, moderator_id)
    record_audit(session, AuditEvent.SECOND_FACTOR_OFF, about=moderator_id)


def reset(session: Session, moderator_id: UUID) -> None:
    """Somebody else's, who has lost phone and codes. It signs them out everywhere."""
    if not _one(session, moderator_id).second_factor_at:
        raise Conflict("this moderator has no second factor")
    forget_factor(session, moderator_id)
    sign_out_everywhere(session, moderator_id)
    record_audit(session, AuditEvent.SECOND_FACTOR_RESET, about=moderator_id)


def accept_code(session: Session, moderator_id: UUID, code: str, *, seal: SecretBox, now: datetime) -> str:
    """What was shown: `code`, `recovery code`, or nothing that counts. Whatever is shown is used up, also by two at once."""
    moderator = _one(session, moderator_id)
    if not moderator.second_factor_at:
        return ""
    if _shows_a_code(session, moderator, code, seal=seal, now=now):
        return "code"
    mine = (RecoveryCode.digest == digest_of_recovery(code), RecoveryCode.moderator_id == moderator_id)
    used = session.execute(delete(RecoveryCode).where(*mine).returning(RecoveryCode.digest)).scalar()
    return "recovery code" if used else ""


def _shows_a_code(session: Session, moderator: Moderator, code: str, *, seal: SecretBox, now: datetime) -> bool:
    step = step_of(seal.decrypt(moderator.second_factor), code, now=now, after=moderator.second_step)
    if step is None:
        return False
    won = session.execute(
        update(Moderator)
        .where(Moderator.id == moderator.id, Moderator.second_step < step)
        .values(second_step=step)
        .returning(Moderator.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return won is not None


def _prove(session: Session, moderator_id: UUID, code: str, *, seal: SecretBox, now: datetime) -> None:
    if not accept_code(session, moderator_id, code, seal=seal, now=now):
        raise _wrong()


def _fresh_codes(session: Session, moderator_id: UUID) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id))
    codes = new_recovery_codes()
    rows = [{"digest": digest_of_recovery(code), "moderator_id": moderator_id} for code in codes]
    session.execute(insert(table(RecoveryCode)), rows)
    return codes


def forget_factor(session: Session, moderator_id: UUID) -> None:
    """No second factor, no recovery codes, and no sign-in that waits for one."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id))
    session.execute(delete(PendingSignIn).where(PendingSignIn.moderator_id == moderator_id))
    values = {"second_factor": "", "second_factor_at": None, "second_step": 0}
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(**values))


def _one(session: Session, moderator_id: UUID) -> Moderator:
    moderator = session.get(Moderator, moderator_id, with_for_update=True)
    if moderator is None:
        raise NotFound("no such moderator")
    return moderator


def _wrong() -> Invalid:
    return Invalid.field("/code", "wrong", "that code does not fit, or was used already; wait for the next one")
