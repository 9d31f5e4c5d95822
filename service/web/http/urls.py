"""URLs that several parts of the service link to."""

from functools import lru_cache
from urllib.parse import quote, urlencode


@lru_cache(maxsize=4096)
def feed_path(site_id: str, thread: str) -> str:
    """The path of a thread's public feed. The thread id may be a whole URL, so its slashes are encoded."""
    return f"/v1/threads/{quote(thread, safe='')}/comments?{urlencode({'site': site_id})}"
