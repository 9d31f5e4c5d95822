"""The broker guard: drops and logs malformed messages from Redis. Only our own wake-ups reach Celery.

Celery's consumer crashes on a malformed message. Without the guard, anyone who can write to the queue could crash the worker
again and again. Dropping a wake-up loses no work: the sweep finds it.
"""

import logging
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.redis import Channel, Transport

from service.jobs.names import Job

log = logging.getLogger("greenroom.jobs")

#: Largest body of a wake-up in characters. Small, because it carries no payload.
LONGEST = 1_000
#: The errors that a malformed message causes in the JSON parser and in the code that reads its result.
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def guard() -> None:
    """Make this process read Redis through `NudgeTransport`, whatever form the Redis URL has."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:NudgeTransport"


class NudgeChannel(Channel):
    """Reads queue entries; drops those that are not valid JSON."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except _BROKEN as error:
            _dropped(error)
            return True


class NudgeTransport(Transport):
    """Passes our wake-ups on to Celery and drops all other messages."""

    Channel = NudgeChannel

    def _deliver(self, message: object, queue: str) -> None:
        tag = tag_of(message)
        try:
            if tag is None:
                raise TypeError
            super()._deliver(message, queue)
        except _BROKEN as error:
            _dropped(error)
            # Celery may have accepted the message before the error. Reject the message, or it holds a prefetch slot for ever.
            for channel in self.channels if tag else ():
                channel.basic_reject(tag, requeue=False)


def tag_of(message: object) -> str | None:
    """The delivery tag if the message is a wake-up for one of our jobs, else None."""
    match message:
        case {
            "body": str(body),
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": {"task": str(task), "id": str()},
            "properties": {"delivery_tag": str(tag), "delivery_info": {"routing_key": str()}, "body_encoding": "base64"},
        }:
            return tag if len(body) <= LONGEST and task in list(Job) else None
    return None


def _dropped(error: Exception) -> None:
    log.warning("message_dropped", extra={"error": type(error).__name__})
