"""The id of a request: the caller's where it is a UUID; anything else could forge log lines."""

from uuid import UUID

from uuid_utils import uuid7


def request_id_of(sent: str) -> str:
    try:
        return str(UUID(sent)) if sent else str(uuid7())
    except ValueError:
        return str(uuid7())
