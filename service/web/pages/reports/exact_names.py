"""What searched words name exactly: the id of a comment, the host's id, an e-mail address, or a link."""

import re
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from service.domain.security.pseudonyms import Pseudonymizer
from service.store.moderation.search import ExactNames

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def exact_names(words: str, pseudonyms: Pseudonymizer) -> ExactNames:
    """The names in these words. An e-mail address is only compared as a keyed hash."""
    ids = tuple(UUID(found) for found in _UUID.findall(words))
    if _EMAIL.fullmatch(words):
        return ExactNames(ids, author_keys=(pseudonyms.author(external_id="", email=words),))
    if words.startswith(("http://", "https://")):
        return ExactNames(ids, external_ids=_ids_in(words), urls=_pages(words))
    if not words or len(words) > 200:
        return ExactNames(ids)
    return ExactNames(ids, external_ids=(words,), author_keys=(pseudonyms.author(external_id=words, email=""),))


def is_email(words: str) -> bool:
    return bool(_EMAIL.fullmatch(words))


def _ids_in(link: str) -> tuple[str, ...]:
    """What may be the host's id of a comment in a link: `#comment-4711`, `?comment=4711`, `/comments/4711`."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ()
    words = [parts.fragment, *(value for _, value in parse_qsl(parts.query)), parts.path.rstrip("/").rpartition("/")[2]]
    tails = [re.split(r"[-_=:/]", word)[-1] for word in words]
    return tuple(dict.fromkeys(word for word in (*words, *tails) if word))


def _pages(link: str) -> tuple[str, ...]:
    """The address as it is, and without its fragment, its query and a slash at its end."""
    bare = link.partition("#")[0]
    short = bare.partition("?")[0]
    return tuple(dict.fromkeys((link, bare, short, short.rstrip("/"), short.rstrip("/") + "/")))
