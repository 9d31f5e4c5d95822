"""Put mails to moderators about their queues into the queue of mails: digests, and mails about old queues."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.accounts.mails import MailDraft, queue_mail
from service.actions.accounts.message_choices import zone_of
from service.actions.moderation.old_queue import has_news, note_old_queue
from service.domain.digest_hours import next_digest
from service.domain.moderator_mails import QueueLine, mail_about_queues
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.store.accounts.message_choices import locked_choice, watchers
from service.store.accounts.moderators import roles_of
from service.store.moderation.waiting import waiting_sites
from service.store.tables.accounts import Moderator
from service.store.tables.message_choices import MessageChoice

#: How long such a mail is tried. Later it would tell what is no longer true.
VALID = timedelta(hours=3)


def queue_digest(session: Session, moderator_id: UUID, *, secret_box: SecretBox, links: ReaderLinks, now: datetime) -> bool:
    """Queue the digest of a moderator if it is due and something waits. Returns whether it was queued."""
    row = locked_choice(session, moderator_id)
    if row is None:
        return False
    choice, moderator = row
    if choice.digest_due_at is None or choice.digest_due_at > now:
        return False
    choice.digest_due_at = next_digest(choice.digest_hours, zone_of(moderator, choice), after=now)
    return _queue(session, choice, moderator, secret_box=secret_box, links=links, now=now)


def watchers_to_look_at(session: Session, *, now: datetime) -> Sequence[UUID]:
    """The moderators who want to know of old queues, and for whom something has changed."""
    return [
        choice.moderator_id
        for choice, moderator in watchers(session)
        if has_news(session, choice, list(roles_of(session, moderator)), now=now)
    ]


def queue_mail_about_old(
    session: Session, moderator_id: UUID, *, secret_box: SecretBox, links: ReaderLinks, now: datetime
) -> bool:
    """Look at the queues of a moderator again, and queue a mail if one has grown old. Returns whether it was queued."""
    row = locked_choice(session, moderator_id)
    if row is None or not row[0].old_after:
        return False
    choice, moderator = row
    if not note_old_queue(session, choice, list(roles_of(session, moderator)), now=now):
        return False
    return _queue(session, choice, moderator, minutes=choice.old_after, secret_box=secret_box, links=links, now=now)


def _queue(
    session: Session, choice: MessageChoice, moderator: Moderator, *,
    minutes: int = 0, secret_box: SecretBox, links: ReaderLinks, now: datetime,
) -> bool:  # fmt: skip
    zone = zone_of(moderator, choice)
    lines = [
        QueueLine(site.name, site.count, f"{site.since.astimezone(zone):%Y-%m-%d %H:%M}", f"{links.base}/queue?site={site.id}")
        for site in waiting_sites(session, list(roles_of(session, moderator)))
    ]
    if lines:
        language, stop = str(moderator.preferences.get("language") or choice.language), links.stop_mails(moderator.id)
        subject, text = mail_about_queues(
            language, lines, minutes=minutes, settings_link=f"{links.base}/account/messages", stop_link=stop
        )
        queue_mail(session, MailDraft(moderator.email, subject, text, stop), secret_box=secret_box, now=now, valid=VALID)
    return bool(lines)
