"""Where a form sends its reader back to: only ever to a page of the site itself."""

import re
from urllib.parse import urldefrag, urlsplit

from service.web.resources.site_cache import CachedSite

#: What a host's page can show when it is reached again: `#greenroom-awaits`.
AWAITING_FRAGMENT = "greenroom-awaits"
# A browser reads a backslash as a slash, and drops tabs and line ends.
_UNSAFE = re.compile(r"[\\\s\x00-\x20\x7f<>\"]")


def is_own_page(address: str, site: CachedSite) -> str:
    """The address where it is one of the site's own pages, else nothing."""
    if not address or _UNSAFE.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if "@" not in parts.netloc and site.owns(f"{parts.scheme}://{parts.netloc}") else ""


def with_note(address: str) -> str:
    """The same page, with the note that the comment awaits moderation."""
    return f"{urldefrag(address).url}#{AWAITING_FRAGMENT}"
