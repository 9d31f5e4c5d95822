"""Addresses that several parts of the service link to."""

from functools import lru_cache
from urllib.parse import quote, urlencode


@lru_cache(maxsize=4096)
def feed_path(site_id: str, thread: str) -> str:
    """Where the public reads a thread. Its id may be a whole address, so every slash of it is encoded."""
    return f"/v1/threads/{quote(thread, safe='')}/comments?{urlencode({'site': site_id})}"
