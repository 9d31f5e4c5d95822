"""The id of a request: the caller's where it is a UUID; anything else could forge log lines."""

from uuid import UUID

from service.domain.ids import new_id


def request_id_of(sent: str) -> str:
    try:
        return str(UUID(sent)) if sent else str(new_id())
    except ValueError:
        return str(new_id())
