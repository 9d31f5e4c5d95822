"""When a stored comment was written, if its host gave the time. Only a host with an API key can give it; the public form
cannot."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def posted_at(context: Mapping[str, Any] | None) -> datetime | None:
    """The time of writing of a comment with this context, as aware UTC; None if the host gave none."""
    return moment((context or {}).get("posted_at"))


def moment(written: str | None) -> datetime | None:
    """A stored time as aware UTC, or None."""
    return datetime.fromisoformat(written).astimezone(UTC) if written else None
