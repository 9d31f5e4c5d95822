"""Mails: put one to a moderator in the queue, take the next one that is due, and delete it once it is sent."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from service.actions.accounts.sign_in import BY_MAIL, link
from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.store.accounts.moderators import moderator_with
from service.store.reported.mails import mail_to_reader
from service.store.tables.mails import Mail

#: Stands in the text of a mail for the link that the worker makes.
LINK_PLACE = "{link}"
#: How long a link by mail is valid, and how long its mail is tried.
LINK_VALID = timedelta(hours=1)
#: Pauses after each failed try. The last one repeats until the mail is no longer valid.
PAUSES = (60, 120, 300, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class MailDraft:
    """One mail: its recipient, subject and text, and where a POST stops such mails."""

    to: str
    subject: str
    text: str
    stop_link: str = ""


def queue_mail(
    session: Session, draft: MailDraft, *, secret_box: SecretBox, now: datetime, valid: timedelta, needs_link: bool = False
) -> None:
    """Put a mail in the queue. The caller sends the wake-up once it has committed."""
    fields = asdict(draft)
    if not draft.stop_link:
        # The previous release does not know this field, and may run for a while beside this one.
        del fields["stop_link"]
    encrypted = secret_box.encrypt(json.dumps(fields))
    session.add(Mail(id=new_id(), encrypted=encrypted, needs_link=needs_link, tries=0, due_at=now, valid_until=now + valid))
    session.flush()


def take_mail(session: Session, mail: Mail, *, secret_box: SecretBox, links: ReaderLinks, now: datetime) -> MailDraft | None:
    """Take a due mail for one try. It is due again after a pause, so nothing is lost if this process ends meanwhile.

    None if another process was faster, or if the mail has no recipient any more: then it is deleted. Raises DecryptionFailed.
    """
    pause = timedelta(seconds=PAUSES[min(mail.tries, len(PAUSES) - 1)])
    won = session.scalar(
        update(Mail)
        .where(Mail.id == mail.id, Mail.due_at == mail.due_at)
        .values(due_at=now + pause, tries=Mail.tries + 1)
        .returning(Mail.id)
    )
    if won is None:
        return None
    draft = _draft(session, mail, secret_box, links, now)
    if draft is None:
        delete_mail(session, mail.id)
    return draft


def delete_mail(session: Session, mail_id: UUID) -> None:
    session.execute(delete(Mail).where(Mail.id == mail_id))


def delete_old_mails(session: Session, *, now: datetime) -> int:
    """Delete the mails that could not be sent in time. Returns how many."""
    return len(session.scalars(delete(Mail).where(Mail.valid_until <= now).returning(Mail.id)).all())


def _draft(session: Session, mail: Mail, secret_box: SecretBox, links: ReaderLinks, now: datetime) -> MailDraft | None:
    """The mail to send; None if it has no recipient any more."""
    if mail.event_id:
        to_reader = mail_to_reader(session, mail.event_id, links=links, secret_box=secret_box)
        return MailDraft(to_reader.to, to_reader.subject, to_reader.text) if to_reader else None
    draft = MailDraft(**json.loads(secret_box.decrypt(mail.encrypted)))
    if not mail.needs_link:
        return draft
    token = _link_by_mail(session, draft.to, now=now)
    return replace(draft, text=draft.text.replace(LINK_PLACE, f"{links.base}/sign-in/{token}")) if token else None


def _link_by_mail(session: Session, email: str, *, now: datetime) -> str | None:
    """The token of a new link for the moderator with this address; None if there is none, or they are disabled."""
    moderator = moderator_with(session, email)
    if moderator is None or moderator.disabled_at is not None:
        return None
    token = link(session, moderator.id, now=now, valid=LINK_VALID, by_mail=True)
    record_audit(session, AuditEvent.LINK_MADE, target=moderator.id, after={"by": BY_MAIL})
    return token
