"""An installation rests after a restore, and belongs to one root secret."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.store.db.bulk import insert_all
from service.store.lifecycle.installation import Fact, check_value
from service.store.tables.installation import InstallationFact


def rest(session: Session, *, now: datetime) -> None:
    """From now on this installation only takes comments: it judges none, and sends no webhook and no mail."""
    session.merge(InstallationFact(name=Fact.RESTING_SINCE, value=now.isoformat()))


def resume(session: Session) -> None:
    """Judge and send again."""
    session.execute(delete(InstallationFact).where(InstallationFact.name == Fact.RESTING_SINCE))
    record_audit(session, AuditEvent.INSTALLATION_RESUMED)


def forget(session: Session) -> None:
    """Forget every fact, before those of a backup take their place."""
    session.execute(delete(InstallationFact))


def adopt_secret(session: Session, secret: str) -> None:
    """Record that this installation belongs to this root secret, if none was recorded."""
    insert_all(session, InstallationFact, [{"name": Fact.SECRET_CHECK.value, "value": check_value(secret)}], new=True)


def replace_secret(session: Session, secret: str) -> None:
    """Record that this installation belongs to this root secret from now on."""
    session.merge(InstallationFact(name=Fact.SECRET_CHECK, value=check_value(secret)))
    record_audit(session, AuditEvent.SECRET_REPLACED)
