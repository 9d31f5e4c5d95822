"""Tells chats when a queue has grown old."""

from datetime import datetime

from service.actions.webhooks.old_queue import chats_to_look_at, tell_chat
from service.clock import utcnow
from service.jobs.names import Job
from workers.resources.worker_resources import WorkerResources


def tell_of_old_queues(resources: WorkerResources, now: datetime | None = None) -> int:
    """Returns how many messages were queued."""
    now = now or utcnow()
    with resources.database.reading() as session:
        chats = chats_to_look_at(session, now=now)
    if not chats:
        return 0
    with resources.database.writing() as session:
        count = sum(tell_chat(session, endpoint_id, now=now) for endpoint_id in chats)
    if count:
        resources.notifier.notify(Job.DELIVER)
    return count
