"""Sends the mails that wait in the database. A mail that fails is tried again later, until it is no longer valid."""

import logging
from datetime import datetime

from service.actions.accounts.mails import MailDraft, delete_mail, delete_old_mails, take_mail
from service.clock import utcnow
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.store.accounts.mails import any_old_mail, due_mail
from service.store.tables.mails import Mail
from workers.resources.mail_server import MailFailed, MailServer
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.mail")

#: Maximum number of mails that one run sends; the next run sends the rest.
AT_ONCE = 20


def send_mails(resources: WorkerResources, now: datetime | None = None) -> int:
    """Send the mails that are due, one after the other. Returns how many were sent. No transaction is open while one is sent."""
    now = now or utcnow()
    if not resources.settings.sends_mail:
        return 0
    server, sent = MailServer.of(resources.settings), 0
    for _ in range(AT_ONCE):
        with resources.database.reading() as session:
            mail = due_mail(session, now=now)
        if mail is None:
            break
        draft = _taken(resources, mail, now)
        if draft is None:
            continue
        try:
            server.send(draft.to, draft.subject, draft.text, mail_id=mail.id, stop_link=draft.stop_link)
        except MailFailed as failure:
            log.warning("mail_failed", extra={"error": str(failure), "tries": mail.tries + 1, "final": failure.final})
            if not failure.final:
                # The server is to blame: the other mails would fail too, and each try may take seconds.
                break
        else:
            sent += 1
        with resources.database.writing() as session:
            delete_mail(session, mail.id)
    if sent:
        log.info("mails_sent", extra={"mails": sent})
    return sent


def _taken(resources: WorkerResources, mail: Mail, now: datetime) -> MailDraft | None:
    settings = resources.settings
    links, secret_box = ReaderLinks.from_secret(settings.secret, settings.url), SecretBox.from_secret(settings.secret)
    try:
        with resources.database.writing() as session:
            return take_mail(session, mail, secret_box=secret_box, links=links, now=now)
    except DecryptionFailed:
        log.warning("mail_unreadable")
        with resources.database.writing() as session:
            delete_mail(session, mail.id)
        return None


def give_up_mails(resources: WorkerResources, now: datetime | None = None) -> None:
    """Delete the mails that are no longer valid."""
    now = now or utcnow()
    with resources.database.reading() as session:
        if not any_old_mail(session, now=now):
            return
    with resources.database.writing() as session:
        log.warning("mails_given_up", extra={"mails": delete_old_mails(session, now=now)})
