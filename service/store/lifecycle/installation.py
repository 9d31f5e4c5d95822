"""Facts of the installation: whether it rests after a restore, and which root secret it belongs to."""

import hashlib
import hmac
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.store.db.bulk import insert_all
from service.store.tables.installation import InstallationFact


class Fact(StrEnum):
    """The name of a fact."""

    #: When a backup was restored here. While it is set, nothing is judged and nothing is sent.
    RESTING_SINCE = "resting_since"
    #: The check value of the root secret.
    SECRET_CHECK = "secret_check"  # noqa: S105


def rest(session: Session, *, now: datetime) -> None:
    """From now on this installation only takes comments: it judges none, and sends no webhook and no mail."""
    session.merge(InstallationFact(name=Fact.RESTING_SINCE, value=now.isoformat()))


def is_resting(session: Session) -> bool:
    return session.get(InstallationFact, Fact.RESTING_SINCE) is not None


def resume(session: Session) -> None:
    session.execute(delete(InstallationFact).where(InstallationFact.name == Fact.RESTING_SINCE))


def forget(session: Session) -> None:
    """Forget every fact, before those of a backup take their place."""
    session.execute(delete(InstallationFact))


def is_own_secret(session: Session, secret: str) -> bool:
    """Whether the installation belongs to this root secret. True as long as none was recorded."""
    recorded = session.get(InstallationFact, Fact.SECRET_CHECK)
    return recorded is None or hmac.compare_digest(recorded.value, _check_value(secret))


def adopt_secret(session: Session, secret: str) -> None:
    """Record that this installation belongs to this root secret, if none was recorded."""
    insert_all(session, InstallationFact, [{"name": Fact.SECRET_CHECK.value, "value": _check_value(secret)}], new=True)


def replace_secret(session: Session, secret: str) -> None:
    """Record that this installation belongs to this root secret from now on."""
    session.merge(InstallationFact(name=Fact.SECRET_CHECK, value=_check_value(secret)))


def _check_value(secret: str) -> str:
    """A value that tells root secrets apart. The secret has 32 characters at least, so it cannot be guessed from this."""
    return hashlib.sha256(b"greenroom secret check:" + secret.encode()).hexdigest()
