"""Keep the address of an author who asks for a mail about the decision, mail them once a person has decided, and forget the address."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.actions.accounts.mails import MailDraft, queue_mail
from service.domain.author_mails import mail_about_decision
from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.grounds import SPAM
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.domain.states import State
from service.store.comments.author_addresses import count_addresses_of, settled_addresses
from service.store.db.column_types import AnyRow
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment

#: How long an address waits for a decision, and how long its mail is tried.
KEPT_FOR, TRIED_FOR = timedelta(days=14), timedelta(hours=76)
#: At most this many comments of one address wait on a site. Otherwise somebody could have a stranger flooded with mails.
MOST_EACH = 3


def keep_address(session: Session, comment_id: UUID, email: str, *, secret_box: SecretBox, now: datetime) -> bool:
    """Keep the address of the author of a new comment. Returns whether it was kept."""
    comment = session.get_one(Comment, comment_id)
    if count_addresses_of(session, comment.site_id, comment.author_key) >= MOST_EACH:
        return False
    row = AuthorAddress(
        comment_id=comment_id, site_id=comment.site_id, encrypted=secret_box.encrypt(email), valid_until=now + KEPT_FOR
    )
    session.add(row)
    session.flush()
    return True


def mail_authors(session: Session, *, before: datetime, secret_box: SecretBox, links: ReaderLinks, now: datetime) -> int:
    """Forget the addresses of comments that were settled before this time. Their authors are mailed if a person has decided, and not
    because of spam: its address is probably not the sender's. Returns how many mails were queued."""
    count = 0
    for row in settled_addresses(session, before=before):
        if _forget(session, row.Comment.id) and (draft := _draft(row, secret_box, links)):
            queue_mail(session, draft, secret_box=secret_box, now=now, valid=TRIED_FOR)
            count += 1
    return count


def forget_old_addresses(session: Session, *, now: datetime) -> None:
    session.execute(delete(AuthorAddress).where(AuthorAddress.valid_until <= now))


def _forget(session: Session, comment_id: UUID) -> bool:
    """Whether this call deleted the row: only one worker mails an author."""
    gone = delete(AuthorAddress).where(AuthorAddress.comment_id == comment_id).returning(AuthorAddress.comment_id)
    return session.scalar(gone) is not None


def _draft(row: AnyRow, secret_box: SecretBox, links: ReaderLinks) -> MailDraft | None:
    comment, decision = row.Comment, row.Decision
    is_wanted = decision and decision.reason != SPAM and SitePolicy(row.Site.policy).mails_authors
    if not is_wanted:
        return None
    is_approved = comment.state == State.APPROVED
    page = row.Thread.url if row.Thread.url.startswith(("http://", "https://")) else ""
    subject, text = mail_about_decision(
        str((comment.context or {}).get("language", "")), site=row.Site.name or row.Site.id, is_approved=is_approved,
        link=page if is_approved else links.complaint(comment.id, comment.version),
    )  # fmt: skip
    try:
        return MailDraft(secret_box.decrypt(row.AuthorAddress.encrypted), subject, text)
    except DecryptionFailed:
        return None
