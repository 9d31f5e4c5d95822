"""The nudges that come out of Redis: only such as we send reach Celery. Whatever else lies in a queue is dropped with a line in the log.

Celery ends where a message is no message, and would run its worker up and down as long as somebody throws them in. A dropped
nudge costs nothing: the sweep finds the work.
"""

import logging
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.redis import Channel, Transport

from service.jobs.names import Job

log = logging.getLogger("greenroom.jobs")

#: Most characters of the body of a nudge, which carries no work.
LONGEST = 1_000
#: What a message that is none makes JSON, and what reads JSON, raise.
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def guard() -> None:
    """From now on this process reads Redis by what stands below, whichever way its address is written."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:NudgeTransport"


class NudgeChannel(Channel):
    """Takes one entry of a queue, also where it is no JSON."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except _BROKEN as error:
            _dropped(error)
            return True


class NudgeTransport(Transport):
    """Hands on what is a nudge."""

    Channel = NudgeChannel

    def _deliver(self, message: object, queue: str) -> None:
        tag = tag_of(message)
        try:
            if tag is None:
                raise TypeError
            super()._deliver(message, queue)
        except _BROKEN as error:
            _dropped(error)
            # Celery may have taken it before it broke on it; what is neither done nor let go keeps a place for ever.
            for channel in self.channels if tag else ():
                channel.basic_reject(tag, requeue=False)


def tag_of(message: object) -> str | None:
    """The tag of a message of a job of ours; none where it is something else."""
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
    log.warning("nudge_dropped", extra={"error": type(error).__name__})
