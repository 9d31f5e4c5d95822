"""Mails authors who asked for it once a person has decided about their comment, and forgets their addresses."""

from datetime import datetime, timedelta

from service.actions.comments.author_addresses import forget_old_addresses, mail_authors
from service.clock import utcnow
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.jobs.names import Job
from service.store.comments.author_addresses import any_old_address, settled_addresses
from workers.resources.worker_resources import WorkerResources

#: A decision can be undone or corrected for this time before its mail.
SETTLES = timedelta(minutes=1)


def mail_decisions(resources: WorkerResources, now: datetime | None = None) -> int:
    """Returns how many mails were queued."""
    now, settings = now or utcnow(), resources.settings
    before = now - SETTLES - timedelta(seconds=settings.decision_delay)
    with resources.database.reading() as session:
        if not (settled_addresses(session, before=before) or any_old_address(session, now=now)):
            return 0
    links, secret_box = ReaderLinks.from_secret(settings.secret, settings.url), SecretBox.from_secret(settings.secret)
    with resources.database.writing() as session:
        forget_old_addresses(session, now=now)
        count = mail_authors(session, before=before, secret_box=secret_box, links=links, now=now)
    if count:
        resources.notifier.notify(Job.MAIL)
    return count
