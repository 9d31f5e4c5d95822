"""The URL that a form redirects to: only a page of the site itself (no open redirect)."""

import re
from urllib.parse import urldefrag, urlsplit

from service.web.resources.site_cache import CachedSite

#: The fragment `#greenroom-awaits`, by which the host's page can tell readers that their comment awaits moderation.
AWAITING_FRAGMENT = "greenroom-awaits"
# Characters that are refused in an address: a browser reads a backslash as a slash, and drops tabs and line ends.
_UNSAFE = re.compile(r"[\\\s\x00-\x20\x7f<>\"]")


def is_own_page(address: str, site: CachedSite) -> str:
    """The address if it is one of the site's own pages, else an empty string."""
    if not address or _UNSAFE.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if "@" not in parts.netloc and site.owns(f"{parts.scheme}://{parts.netloc}") else ""


def with_note(address: str) -> str:
    """The address with the fragment that says that the comment awaits moderation."""
    return f"{urldefrag(address).url}#{AWAITING_FRAGMENT}"
