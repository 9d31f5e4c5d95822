"""Keep a form whose session had ended, for the same moderator when they have signed in again."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.domain.security.encryption import SecretBox
from service.domain.security.tokens import digest_of
from service.store.tables.accounts import KeptForm

#: How long a form is kept, how many of one moderator, and the maximum size of one in characters of JSON.
KEPT_FOR, MOST, LONGEST = timedelta(hours=1), 5, 128 * 1024


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it was sent: its address with the query, the page that it stands on, and its fields in order."""

    path: str
    page: str
    fields: list[tuple[str, str]]


def keep_form(session: Session, moderator_id: UUID, form: SentForm, *, secret_box: SecretBox, now: datetime) -> str:
    """Keep a form. The oldest of this moderator gives way. Returns the token of its address; empty if the form is too large."""
    content = json.dumps(asdict(form))
    if len(content) > LONGEST:
        return ""
    session.execute(delete(KeptForm).where(KeptForm.valid_until <= now))
    theirs = select(KeptForm.digest).where(KeptForm.moderator_id == moderator_id).order_by(KeptForm.valid_until.desc())
    if old := session.scalars(theirs.offset(MOST - 1)).all():
        session.execute(delete(KeptForm).where(KeptForm.digest.in_(old)))
    token = secrets.token_urlsafe(24)
    row = KeptForm(
        digest=digest_of(token), moderator_id=moderator_id, encrypted=secret_box.encrypt(content), valid_until=now + KEPT_FOR
    )
    session.add(row)
    session.flush()
    return token


def kept_form(session: Session, moderator_id: UUID, token: str, *, secret_box: SecretBox, now: datetime) -> SentForm | None:
    """A kept form of this moderator. None if there is none (any more). Raises DecryptionFailed."""
    theirs = (KeptForm.digest == digest_of(token), KeptForm.moderator_id == moderator_id, KeptForm.valid_until > now)
    encrypted = session.scalar(select(KeptForm.encrypted).where(*theirs))
    if encrypted is None:
        return None
    content = json.loads(secret_box.decrypt(encrypted))
    return SentForm(content["path"], content["page"], [(name, value) for name, value in content["fields"]])
