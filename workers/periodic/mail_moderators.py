"""Queues the mails that moderators chose: digests at their hours, and at once when a queue has grown old."""

from datetime import datetime

from service.actions.accounts.queue_mails import queue_digest, queue_mail_about_old, watchers_to_look_at
from service.clock import utcnow
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.jobs.names import Job
from service.store.accounts.message_choices import digests_due
from workers.resources.worker_resources import WorkerResources


def mail_moderators(resources: WorkerResources, now: datetime | None = None) -> int:
    """Returns how many mails were queued. Each has its own transaction."""
    now, settings = now or utcnow(), resources.settings
    if not settings.sends_mail:
        return 0
    links, secret_box = ReaderLinks.from_secret(settings.secret, settings.url), SecretBox.from_secret(settings.secret)
    with resources.database.reading() as session:
        work = [(queue_digest, moderator_id) for moderator_id in digests_due(session, now=now)]
        work += [(queue_mail_about_old, moderator_id) for moderator_id in watchers_to_look_at(session, now=now)]
    count = 0
    for queue, moderator_id in work:
        with resources.database.writing() as session:
            count += queue(session, moderator_id, secret_box=secret_box, links=links, now=now)
    if count:
        resources.notifier.notify(Job.MAIL)
    return count
