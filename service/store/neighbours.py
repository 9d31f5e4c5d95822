"""What stands near claimed comments, counted in one question: the same words, the same author, the same address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic_core import to_json
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from service.store.bulk import plain
from service.store.comments import Comment
from service.store.schema import AnyRow, table

#: How far back "recent" and an author's history reach.
RECENT = timedelta(hours=1)
HISTORY = timedelta(days=365)

#: No more than so many of a kind are counted, the newest: somebody may have sent the same a million times.
MOST = 1_000
#: Up to three numbers, each less than this, come back as one: looked up once, where each for itself would look again.
_STEP = 10_000
#: Each pair (site, value) is looked up by itself, newest first, in the index that begins with the value. Left to choose, a database that
#: knew no numbers yet, since the table had just grown, read the whole site for every batch.
#: `{texts}` and the others unfold a JSON array of pairs.
_QUESTION = f"""
SELECT 'text' AS what, w.site_id, w.value, (SELECT count(*) + {_STEP} * count(DISTINCT thread_id) FROM {{text}} AS x) AS counts
FROM {{texts}} w
UNION ALL SELECT 'author', w.site_id, w.value, (
  SELECT sum(CASE WHEN received_at > :recent THEN 1 ELSE 0 END
    + CASE state WHEN 'approved' THEN {_STEP} WHEN 'rejected' THEN {_STEP * _STEP} ELSE 0 END) FROM {{author}} AS x)
FROM {{authors}} w
UNION ALL SELECT 'address', w.site_id, w.value, (SELECT count(*) FROM {{address}} AS x) FROM {{addresses}} w
"""  # noqa: S608
_NEWEST = "(SELECT {kept} FROM comment c WHERE {mine} ORDER BY c.{value} DESC, c.site_id DESC, c.received_at DESC LIMIT {most})"
_MINE = {
    # Compared as a whole, only an index that begins in this order serves.
    "postgresql": "(c.{value}, c.site_id, c.received_at) > (w.value, w.site_id, :{since}) "
    "AND (c.{value}, c.site_id) <= (w.value, w.site_id)",
    "sqlite": "c.{value} = w.value AND c.site_id = w.site_id AND c.received_at > :{since}",
}
_KINDS = {
    "text": {"kept": "c.thread_id", "value": "fingerprint", "since": "recent"},
    "author": {"kept": "c.received_at, c.state", "value": "author_key", "since": "year"},
    "address": {"kept": "c.received_at", "value": "address_key", "since": "recent"},
}
_PAIRS = {
    "postgresql": "(SELECT e->>0 AS site_id, e->>1 AS value FROM json_array_elements(CAST(:{name} AS json)) AS e)",
    "sqlite": "(SELECT json_extract(e.value, '$[0]') AS site_id, json_extract(e.value, '$[1]') AS value FROM json_each(:{name}) e)",
}


def _built(dialect: str) -> TextClause:
    parts = {name: _PAIRS[dialect].format(name=name) for name in ("texts", "authors", "addresses")}
    moments = (bindparam(name, type_=table(Comment).c.received_at.type) for name in ("recent", "year"))
    newest = {kind: _NEWEST.format(mine=_MINE[dialect].format(**words), most=MOST, **words) for kind, words in _KINDS.items()}
    return text(_QUESTION.format(**parts, **newest)).bindparams(*moments)


_BY_DIALECT = {dialect: _built(dialect) for dialect in _PAIRS}


@dataclass(frozen=True, slots=True)
class Near:
    """How many comments there are besides this one: of the same words, and on how many other threads; by its author; from its
    address; and how many of its author's last ones were approved and rejected. Of each up to `MOST`."""

    same_text: int = 0
    same_text_other_threads: int = 0
    by_author: int = 0
    by_address: int = 0
    approved: int = 0
    rejected: int = 0


class Neighbours:
    """The neighbours of a batch of stored comments."""

    def __init__(self, session: Session, rows: Sequence[AnyRow], now: datetime) -> None:
        asked = {
            "texts": _json({(r.site_id, r.fingerprint) for r in rows}),
            "authors": _json({(r.site_id, r.author_key) for r in rows if r.author_key}),
            "addresses": _json({(r.site_id, r.address_key) for r in rows if r.address_key}),
        }
        connection = plain(session)
        question = _BY_DIALECT[connection.dialect.name]
        found = connection.execute(question, {**asked, "recent": now - RECENT, "year": now - HISTORY})
        self._found = {(what, site_id, value): int(counts or 0) for what, site_id, value, counts in found}

    def of(self, row: AnyRow) -> Near:
        same, threads, _ = self._of("text", row.site_id, row.fingerprint)
        by_author, approved, rejected = self._of("author", row.site_id, row.author_key)
        by_address, _, _ = self._of("address", row.site_id, row.address_key)
        # Those of the last hour hold this comment itself, unless it came earlier.
        others = [max(0, count - 1) for count in (same, threads, by_author, by_address)]
        return Near(*others, approved, rejected)  # type: ignore[call-arg]

    def _of(self, what: str, site_id: str, value: str) -> tuple[int, int, int]:
        rest, first = divmod(self._found.get((what, site_id, value), 0), _STEP)
        third, second = divmod(rest, _STEP)
        return first, second, third


def _json(pairs: set[tuple[str, str]]) -> str:
    return to_json(sorted(pairs)).decode()
