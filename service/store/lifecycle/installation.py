"""Facts of the installation: whether it rests after a restore, and which root secret it belongs to."""

import hashlib
import hmac
from enum import StrEnum

from sqlalchemy.orm import Session

from service.store.tables.installation import InstallationFact


class Fact(StrEnum):
    """The name of a fact."""

    #: When a backup was restored here. While it is set, nothing is judged and nothing is sent.
    RESTING_SINCE = "resting_since"
    #: The check value of the root secret.
    SECRET_CHECK = "secret_check"  # noqa: S105


def is_resting(session: Session) -> bool:
    return session.get(InstallationFact, Fact.RESTING_SINCE) is not None


def is_own_secret(session: Session, secret: str) -> bool:
    """Whether the installation belongs to this root secret. True as long as none was recorded."""
    recorded = session.get(InstallationFact, Fact.SECRET_CHECK)
    return recorded is None or hmac.compare_digest(recorded.value, check_value(secret))


def check_value(secret: str) -> str:
    """A value that tells root secrets apart. The secret has 32 characters at least, so it cannot be guessed from this."""
    return hashlib.sha256(b"greenroom secret check:" + secret.encode()).hexdigest()
