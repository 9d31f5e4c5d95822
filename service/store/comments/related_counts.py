"""What stands near claimed comments, counted in one question: the same words, the same author, the same address.

Where much came at once, a second question asks when it was written: an old thread that is imported comes within seconds, and its
comments are days and years apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.orm import Session

from service.store.comments.posted_at import moment, posted_at
from service.store.db.bulk import plain
from service.store.db.column_types import AnyRow, table
from service.store.tables.comments import Comment

#: How far back "recent" and an author's history reach.
RECENT = timedelta(hours=1)
HISTORY = timedelta(days=365)

#: No more than so many of a kind are counted, the newest: somebody may have sent the same a million times.
MOST = 1_000
#: From so many others on, the time of writing is asked for. Fewer by one author or from one address are no flood.
ASKED_FROM = {"text": 1, "author": 8, "address": 8}
#: Of so many, the newest, the time of writing is read. No limit of a flood is as high.
DATED = 200
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
    "postgresql": "(c.{value}, c.site_id, c.received_at) > ({pair}.value, {pair}.site_id, :{since}) "
    "AND (c.{value}, c.site_id) <= ({pair}.value, {pair}.site_id)",
    "sqlite": "c.{value} = {pair}.value AND c.site_id = {pair}.site_id AND c.received_at > :{since}",
}
_NAMES = {"text": "texts", "author": "authors", "address": "addresses"}
_KINDS = {
    "text": {"kept": "c.thread_id", "value": "fingerprint", "since": "recent"},
    "author": {"kept": "c.received_at, c.state", "value": "author_key", "since": "year"},
    "address": {"kept": "c.received_at", "value": "address_key", "since": "recent"},
}
#: The time of writing stands in no index: few comments were written at another time than they came.
_DATES = """
SELECT '{what}' AS what, p.site_id, p.value, (SELECT {dates} FROM {newest} AS x) AS dates FROM {pairs} p
"""
_WRITTEN = {
    "postgresql": "json_agg(json_build_array(x.thread_id, x.context->>'posted_at'))",
    "sqlite": "json_group_array(json_array(x.thread_id, json_extract(x.context, '$.posted_at')))",
}
_PAIRS = {
    "postgresql": "(SELECT e->>0 AS site_id, e->>1 AS value FROM json_array_elements(CAST(:{name} AS json)) AS e)",
    "sqlite": "(SELECT json_extract(e.value, '$[0]') AS site_id, json_extract(e.value, '$[1]') AS value FROM json_each(:{name}) e)",
}


def _built(dialect: str) -> TextClause:
    parts = {name: _PAIRS[dialect].format(name=name) for name in _NAMES.values()}
    moments = (bindparam(name, type_=table(Comment).c.received_at.type) for name in ("recent", "year"))
    newest = {
        kind: _NEWEST.format(mine=_MINE[dialect].format(pair="w", **words), most=MOST, **words) for kind, words in _KINDS.items()
    }
    return text(_QUESTION.format(**parts, **newest)).bindparams(*moments)


def _built_dates(dialect: str) -> TextClause:
    asked = []
    for what, words in _KINDS.items():
        told = words | {"kept": "c.thread_id, c.context", "since": "recent"}
        newest = _NEWEST.format(mine=_MINE[dialect].format(pair="p", **told), most=DATED, **told)
        pairs = _PAIRS[dialect].format(name=_NAMES[what])
        asked.append(_DATES.format(what=what, dates=_WRITTEN[dialect], newest=newest, pairs=pairs))
    return text("UNION ALL".join(asked)).bindparams(bindparam("recent", type_=table(Comment).c.received_at.type))


_BY_DIALECT = {dialect: _built(dialect) for dialect in _PAIRS}
_DATES_BY_DIALECT = {dialect: _built_dates(dialect) for dialect in _PAIRS}


@dataclass(frozen=True, slots=True)
class RelatedCounts:
    """How many comments there are besides this one: of the same words, and on how many other threads; by its author; from its
    address; and how many of its author's last ones were approved and rejected. Of each up to `MOST`.

    The first four count what was written within an hour of this one, by the time of writing where the host gave it.
    """

    same_text: int = 0
    same_text_other_threads: int = 0
    by_author: int = 0
    by_address: int = 0
    approved: int = 0
    rejected: int = 0


class RelatedCounter:
    """The neighbours of a batch of stored comments."""

    def __init__(self, session: Session, rows: Sequence[AnyRow], now: datetime) -> None:
        connection, self._now = plain(session), now
        asked = {what: {(r.site_id, _value(r, what)) for r in rows if _value(r, what)} for what in _KINDS}
        question = _BY_DIALECT[connection.dialect.name]
        found = connection.execute(question, {**_json(asked), "recent": now - RECENT, "year": now - HISTORY})
        self._found = {(what, site_id, value): int(counts or 0) for what, site_id, value, counts in found}
        self._dates = self._dates_of(connection, asked)

    def of(self, row: AnyRow) -> RelatedCounts:
        same, threads, _ = self._of("text", row)
        by_author, approved, rejected = self._of("author", row)
        by_address, _, _ = self._of("address", row)
        # Those of the last hour hold this comment itself, unless it came earlier.
        others = [max(0, count - 1) for count in (same, threads, by_author, by_address)]
        return RelatedCounts(*others, approved, rejected)  # type: ignore[call-arg]

    def _of(self, what: str, row: AnyRow) -> tuple[int, int, int]:
        key = (what, row.site_id, _value(row, what))
        rest, first = divmod(self._found.get(key, 0), _STEP)
        third, second = divmod(rest, _STEP)
        if dates := self._dates.get(key):
            first, threads = self._written_near(row, dates)
            second = threads if what == "text" else second
        return first, second, third

    def _written_near(self, row: AnyRow, dates: "_Dates") -> tuple[int, int]:
        """How many were written within an hour of this one, and on how many threads. Where no time is given, it is now."""
        at = posted_at(row.context) or self._now
        threads = [thread for thread, posted in dates if abs((posted or self._now) - at) < RECENT]
        return len(threads), len(set(threads))

    def _dates_of(self, connection: Connection, asked: "Mapping[str, set[_Pair]]") -> "dict[tuple[str, str, str], _Dates]":
        """When those were written of which many came at once. Without those that all came when they were written."""
        many = {
            # This comment itself is counted, too.
            what: {pair for pair in pairs if self._found.get((what, *pair), 0) % _STEP > ASKED_FROM[what]}
            for what, pairs in asked.items()
        }
        if not any(many.values()):
            return {}
        question = _DATES_BY_DIALECT[connection.dialect.name]
        rows = connection.execute(question, {**_json(many), "recent": self._now - RECENT})
        dated = {(what, site_id, value): _parsed(dates) for what, site_id, value, dates in rows}
        return {key: dates for key, dates in dated.items() if any(posted for _, posted in dates)}


_Pair = tuple[str, str]
#: Threads, each with when a comment on it was written, where the host said so.
_Dates = list[tuple[str, datetime | None]]


def _value(row: AnyRow, what: str) -> str:
    value: str = getattr(row, _KINDS[what]["value"])
    return value


def _parsed(dates: str | list[Any] | None) -> _Dates:
    read = from_json(dates) if isinstance(dates, str) else dates or []
    return [(thread, moment(posted)) for thread, posted in read]


def _json(pairs: Mapping[str, set[_Pair]]) -> dict[str, str]:
    return {_NAMES[what]: to_json(sorted(each)).decode() for what, each in pairs.items()}
