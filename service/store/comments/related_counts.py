"""Count the comments that are related to claimed comments, in one query: with the same text, author or address.

If many related comments arrived at once, a second query reads when they were written. The comments of an imported old thread
arrive within seconds, but were written days or years apart.
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
from service.store.db.by_site import engine_kind
from service.store.db.column_types import AnyRow, table
from service.store.tables.comments import Comment

#: How far back comments count as recent, and how far back an author's history is read.
RECENT = timedelta(hours=1)
HISTORY = timedelta(days=365)

#: For each text, author and address only the newest comments are counted, at most this many: a text may have been sent a million
#: times.
MOST = 1_000
#: From this many other comments on, the times of writing are read. With fewer comments, an author or an address cannot be a
#: flood.
ASKED_FROM = {"text": 1, "author": 8, "address": 8}
#: The times of writing are read for at most this many of the newest comments. Every flood limit is lower than this.
DATED = 200
#: Up to three counts are packed into one number, each of them below this value. Three separate subqueries would read the index
#: three times.
_STEP = 10_000
#: Each pair (site, value) is looked up on its own, newest first, in the index that begins with the value. A simpler query once
#: made the planner read all comments of the site for every batch: the table had just grown, and the statistics were stale.
#: `{texts}`, `{authors}` and `{addresses}` each turn a JSON array of pairs into rows.
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
    # Three columns are compared as one row, so that PostgreSQL can use only the index with these columns in this order.
    "postgresql": "(c.{value}, c.site_id, c.received_at) > ({pair}.value, {pair}.site_id, :{since}) "
    "AND (c.{value}, c.site_id) <= ({pair}.value, {pair}.site_id)",
    "sqlite": "c.{value} = {pair}.value AND c.site_id = {pair}.site_id AND c.received_at > :{since}",
}
# Citus counts on the node of the site, of which all comments of a batch are.
_MINE["citus"] = _MINE["postgresql"] + " AND c.site_id = :site"
_NAMES = {"text": "texts", "author": "authors", "address": "addresses"}
_KINDS = {
    "text": {"kept": "c.thread_id", "value": "fingerprint", "since": "recent"},
    "author": {"kept": "c.received_at, c.state", "value": "author_key", "since": "year"},
    "address": {"kept": "c.received_at", "value": "ip_key", "since": "recent"},
}
#: The time of writing has no index, because for most comments it is the same as the time of arrival.
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

for _of_dialect in (_WRITTEN, _PAIRS):
    _of_dialect["citus"] = _of_dialect["postgresql"]


def _built(dialect: str) -> TextClause:
    parts = {name: _PAIRS[dialect].format(name=name) for name in _NAMES.values()}
    moments = (bindparam(name, type_=table(Comment).c.received_at.type) for name in ("recent", "year"))
    newest = {
        kind: _NEWEST.format(mine=_MINE[dialect].format(pair="w", **words), most=MOST, **words) for kind, words in _KINDS.items()
    }
    return text(_QUESTION.format(**parts, **newest)).bindparams(*moments)


def _built_dates(dialect: str) -> TextClause:
    queries = []
    for kind, words in _KINDS.items():
        fields = words | {"kept": "c.thread_id, c.context", "since": "recent"}
        newest = _NEWEST.format(mine=_MINE[dialect].format(pair="p", **fields), most=DATED, **fields)
        pairs = _PAIRS[dialect].format(name=_NAMES[kind])
        queries.append(_DATES.format(what=kind, dates=_WRITTEN[dialect], newest=newest, pairs=pairs))
    return text("UNION ALL".join(queries)).bindparams(bindparam("recent", type_=table(Comment).c.received_at.type))


_BY_DIALECT = {dialect: _built(dialect) for dialect in _PAIRS}
_DATES_BY_DIALECT = {dialect: _built_dates(dialect) for dialect in _PAIRS}


@dataclass(frozen=True, slots=True)
class RelatedCounts:
    """Numbers of other comments: with the same text, with the same text on other threads (the number of those threads), by the
    same author, from the same address, and the author's approved and rejected comments. Each number is counted up to `MOST`.

    The first four numbers count comments within an hour of this comment. If the host gave the time of writing, that time counts.
    """

    same_text: int = 0
    same_text_other_threads: int = 0
    by_author: int = 0
    by_address: int = 0
    approved: int = 0
    rejected: int = 0


class RelatedCounter:
    """The related counts of a batch of comments. `stored`: the comments themselves are among those that are counted."""

    def __init__(self, session: Session, rows: Sequence[AnyRow], now: datetime, *, stored: bool = True) -> None:
        connection, self._now, self._own = plain(session), now, int(stored)
        asked = {what: {(r.site_id, _value(r, what)) for r in rows if _value(r, what)} for what in _KINDS}
        question = _BY_DIALECT[engine_kind(connection)]
        self._site = {"site": next((row.site_id for row in rows), "")}
        found = connection.execute(question, {**self._site, **_json(asked), "recent": now - RECENT, "year": now - HISTORY})
        self._found = {(what, site_id, value): int(counts or 0) for what, site_id, value, counts in found}
        self._dates = self._dates_of(connection, asked)

    def of(self, row: AnyRow) -> RelatedCounts:
        same, threads, _ = self._of("text", row)
        by_author, approved, rejected = self._of("author", row)
        by_address, _, _ = self._of("address", row)
        # These counts include a stored comment itself if it arrived within the last hour, so subtract one.
        others = [max(0, count - self._own) for count in (same, threads, by_author, by_address)]
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
        """The number of comments that were written within an hour of this comment, and of their threads. A comment without a time
        of writing counts as written now."""
        at = posted_at(row.context) or self._now
        threads = [thread for thread, posted in dates if abs((posted or self._now) - at) < RECENT]
        return len(threads), len(set(threads))

    def _dates_of(self, connection: Connection, asked: "Mapping[str, set[_Pair]]") -> "dict[tuple[str, str, str], _Dates]":
        """The times of writing for each pair (site, value) with many recent comments. Pairs whose comments have no time of
        writing are left out."""
        many = {
            # The count includes this comment itself.
            what: {pair for pair in pairs if self._found.get((what, *pair), 0) % _STEP > ASKED_FROM[what]}
            for what, pairs in asked.items()
        }
        if not any(many.values()):
            return {}
        question = _DATES_BY_DIALECT[engine_kind(connection)]
        rows = connection.execute(question, {**self._site, **_json(many), "recent": self._now - RECENT})
        dated = {(what, site_id, value): _parsed(dates) for what, site_id, value, dates in rows}
        return {key: dates for key, dates in dated.items() if any(posted for _, posted in dates)}


_Pair = tuple[str, str]
#: Thread ids, each with the time at which a comment on it was written; None if the host gave none.
_Dates = list[tuple[str, datetime | None]]


def _value(row: AnyRow, what: str) -> str:
    value: str = getattr(row, _KINDS[what]["value"])
    return value


def _parsed(dates: str | list[Any] | None) -> _Dates:
    read = from_json(dates) if isinstance(dates, str) else dates or []
    return [(thread, moment(posted)) for thread, posted in read]


def _json(pairs: Mapping[str, set[_Pair]]) -> dict[str, str]:
    return {_NAMES[what]: to_json(sorted(each)).decode() for what, each in pairs.items()}
