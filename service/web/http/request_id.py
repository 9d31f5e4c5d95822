"""The id of a request: the client's if it is a UUID. Any other text could forge log lines (log injection)."""

from uuid import UUID

from uuid_utils import uuid7


def request_id_of(sent: str) -> str:
    try:
        return str(UUID(sent)) if sent else str(uuid7())
    except ValueError:
        return str(uuid7())
