"""Queries on the word lists of sites."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from threading import Lock

from cachetools import LRUCache
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from service.domain.policy.check_input import WordList
from service.domain.policy.site_policy import LISTS, SitePolicy
from service.store.db.column_types import table
from service.store.tables.sites import Site
from service.store.tables.word_lists import WordListRow

_ROW = table(WordListRow).c
_EMPTY = WordList()
#: The lists that were read last, by the digest of their entries: a list is read once, not for every batch.
_CACHED: LRUCache[str, WordList] = LRUCache(maxsize=128)
_LOCK = Lock()


def digest_of(entries: Iterable[str]) -> str:
    """The digest that names these entries."""
    return sha256("\n".join(entries).encode()).hexdigest()


def lists_of(session: Session, site: Site | None) -> dict[str, WordList]:
    """All lists of a site, by their name."""
    if site is None:
        return dict.fromkeys(LISTS, _EMPTY)
    return lists_of_sites(session.connection(), {site.id: SitePolicy(site.policy).list_digests})[site.id]


def lists_of_sites(connection: Connection, digests: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, WordList]]:
    """The lists of each site, from the digests in its policy. One query, and none if all of them are cached."""
    with _LOCK:
        cached = {digest: _CACHED.get(digest) for named in digests.values() for digest in named.values()}
    missing = [site_id for site_id, named in digests.items() if not all(cached[digest] for digest in named.values())]
    read: dict[tuple[str, str], WordList] = {}
    if missing:
        query = select(_ROW.site_id, _ROW.name, _ROW.digest, _ROW.entries).where(_ROW.site_id.in_(missing))
        for row in connection.execute(query):
            read[row.site_id, row.name] = WordList(row.entries)
            with _LOCK:
                _CACHED[row.digest] = read[row.site_id, row.name]
    return {
        site_id: {name: cached.get(named.get(name, "")) or read.get((site_id, name), _EMPTY) for name in LISTS}
        for site_id, named in digests.items()
    }
