"""Identifiers: UUIDv7 for new rows, and a name-based UUID (version 5) for a thread."""

from functools import lru_cache
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_THREADS = UUID("6b1f0a52-6e0b-5c39-9d51-3f0f5a1a7c11")


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique, and sorted by time."""
    return uuid7()


@lru_cache(maxsize=4096)
def thread_id(site_id: str, external_id: str) -> UUID:
    """The id of a thread, derived from its site and the host's own id, so that it never has to be looked up."""
    return uuid5(_THREADS, f"{site_id}\0{external_id}")
