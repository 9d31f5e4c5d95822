"""Archive rows: all rows of one comment that move to an archive, as one line of JSON, and back."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.domain.states import State
from service.store.db.bulk import among
from service.store.db.column_types import Record, table
from service.store.db.site_keys import site_of
from service.store.lifecycle import renamed
from service.store.lifecycle.dump import plain, typed, written_down
from service.store.tables.accounts import Moderator
from service.store.tables.archives import ArchivedComment
from service.store.tables.comments import Comment, RevisionRow, VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Attempt, Delivery, Endpoint, Event

#: The tables of a comment's trail, each after its parent table: the table, its column that refers to the parent, and the parent
#: table.
TRAIL: tuple[tuple[type[Record], InstrumentedAttribute[Any], type[Record]], ...] = (
    (VerdictRow, VerdictRow.comment_id, Comment),
    (RevisionRow, RevisionRow.comment_id, Comment),
    (Event, Event.comment_id, Comment),
    (Delivery, Delivery.event_id, Event),
    (Attempt, Attempt.delivery_id, Delivery),
    (Decision, Decision.comment_id, Comment),
)
_RECORDS: tuple[type[Record], ...] = (Comment, *(record for record, _, _ in TRAIL))
_TABLES: dict[str, Table] = {table(record).name: table(record) for record in _RECORDS}
_COMMENT = table(Comment).name
#: The maximum number of ids in one statement.
_AT_A_TIME = 1_000

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an archive row: the comment, its state, and the range of its versions that the row covers (`since`, `until`].

    `whole`: the comment's own row is included.
    """

    comment: UUID
    whole: bool
    state: str
    since: int
    until: int


@dataclass(frozen=True)
class CommentRows:
    """One line of an archive file, parsed when it is needed. Raises ValueError if it is not such a line."""

    line: str

    @cached_property
    def _read(self) -> dict[str, Any]:
        read = json.loads(self.line)
        if isinstance(read, dict) and isinstance(read.get("rows"), dict):
            return read
        raise ValueError('expected a line like {"comment": …, "rows": {…}}')

    @property
    def head(self) -> Head:
        read = self._read
        return Head(UUID(read["comment"]), read["whole"], read["state"], read["since"], read["until"])

    @cached_property
    def rows(self) -> Rows:
        """The rows of each table, with JSON values. Raises ValueError for an unknown table."""
        # A file that an earlier version wrote has the old table and column names; rows with today's names stay unchanged.
        renamed_rows = [renamed.today(name, row) for name, some in self._read["rows"].items() for row in some]
        rows: Rows = {name: [] for name in self._read["rows"]}
        # In a file of an earlier version, only some rows name the site.
        site_id = next((row["site_id"] for _, row in renamed_rows if "site_id" in row), None)
        for name, row in renamed_rows:
            row.setdefault("site_id", site_id)
            rows[name].append(row)
        if unknown := set(rows) - set(_TABLES):
            raise ValueError(f"expected tables of an archive, got {', '.join(sorted(unknown))}")
        return rows

    @property
    def site_id(self) -> str:
        return str(next(row["site_id"] for rows in self.rows.values() for row in rows))

    @property
    def comment(self) -> dict[str, Any]:
        """The comment's own row; empty if the line has only its trail."""
        return next(iter(self.rows.get(_COMMENT, ())), {})

    @classmethod
    def of(cls, comment: Comment, rows: Rows, *, whole: bool) -> Self:
        head = {
            "comment": str(comment.id), "whole": whole, "state": comment.state, "since": comment.archived, "until": comment.version,
        }  # fmt: skip
        return cls(written_down({**head, "rows": rows}))


def rows_of_comments(session: Session, whole: Mapping[UUID, bool], *, lock_of: str = "") -> list[CommentRows]:
    """The archive rows of these comments as they are now, in the given order. `whole` says for which comments the own row is
    included.

    `lock_of` is the site whose rows are locked until the transaction ends. Then comments that another transaction has locked are
    left out.
    """
    found: dict[type[Record], dict[UUID, Sequence[Any]]] = {Comment: _rows(session, Comment, Comment.id, whole, lock_of)}
    owner: dict[UUID, UUID] = {comment_id: comment_id for comment_id in found[Comment]}
    rows: defaultdict[UUID, Rows] = defaultdict(dict)
    for comment_id, row in found[Comment].items():
        if whole[comment_id]:
            rows[comment_id][_COMMENT] = [plain(table(Comment), row)]
    for record, column, parent in TRAIL:
        found[record] = _rows(session, record, column, found[parent], lock_of)
        for row_id, row in found[record].items():
            comment_id = owner[row_id] = owner[row._mapping[column.name]]  # type: ignore[attr-defined]
            rows[comment_id].setdefault(record.__tablename__, []).append(plain(table(record), row))
    comments = (found[Comment].get(comment_id) for comment_id in whole)
    return [CommentRows.of(row, rows[row.id], whole=whole[row.id]) for row in comments if row is not None]  # type: ignore[arg-type,attr-defined]


def _rows(
    session: Session, record: type[Record], column: InstrumentedAttribute[Any], ids: Collection[UUID], lock_of: str
) -> dict[UUID, Sequence[Any]]:
    """The rows that have one of these ids in this column, as a mapping from the row's own id, sorted by that id."""
    t = table(record)
    found: dict[UUID, Sequence[Any]] = {}
    for some in _parts(ids):
        query = select(t).where(among(session, t.c[column.name], some))
        if lock_of:
            query = query.where(site_of(t.c) == lock_of).with_for_update(skip_locked=True)
        for row in session.execute(query):
            found[row.id] = row
    return dict(sorted(found.items()))


def taken_out(session: Session, moved: Iterable[CommentRows]) -> None:
    """Delete from the database all rows that these archive rows contain. A comment that is not `whole` keeps its own row."""
    ids: defaultdict[str, list[UUID]] = defaultdict(list)
    for bundle in moved:
        for name, rows in bundle.rows.items():
            ids[name] += [UUID(row["id"]) for row in rows]
    for name in reversed(_TABLES):
        for some in _parts(ids[name]):
            t = _TABLES[name]
            session.execute(delete(t).where(among(session, t.c.id, some)))


def put_back(session: Session, back: Sequence[CommentRows]) -> int:
    """Insert again all rows that these archive rows contain. Returns the number of inserted rows. Deliveries to endpoints that no
    longer exist are left out."""
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for bundle in back:
        for name, some in bundle.rows.items():
            rows[name] += [typed(_TABLES[name], row) for row in some]
    _mend(session, rows)
    for name, t in _TABLES.items():
        if rows[name]:
            session.execute(insert(t), rows[name])
    return sum(map(len, rows.values()))


def _mend(session: Session, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Drop references to endpoints and moderators that were deleted meanwhile. A comment comes back to the thread that its own was
    moved to meanwhile."""
    comments = {row["id"]: row for row in rows[table(Comment).name]}
    moved = select(ArchivedComment.id, ArchivedComment.thread_id).where(among(session, ArchivedComment.id, list(comments)))
    for comment_id, thread_id in session.execute(moved):
        comments[comment_id]["thread_id"] = thread_id
    delivery, attempt, decision = (table(record).name for record in (Delivery, Attempt, Decision))
    endpoints = _existing(session, Endpoint, {row["endpoint_id"] for row in rows[delivery]})
    rows[delivery] = [row for row in rows[delivery] if row["endpoint_id"] in endpoints]
    deliveries = {row["id"] for row in rows[delivery]}
    rows[attempt] = [row for row in rows[attempt] if row["delivery_id"] in deliveries]
    moderators = _existing(session, Moderator, {row["moderator_id"] for row in rows[decision]} - {None})
    for row in rows[decision]:
        row["moderator_id"] = row["moderator_id"] if row["moderator_id"] in moderators else None


def _existing(session: Session, record: type[Endpoint] | type[Moderator], ids: Collection[UUID]) -> set[UUID]:
    return set(session.scalars(select(record.id).where(among(session, record.id, ids)))) if ids else set()


def _parts(ids: Collection[UUID]) -> Iterable[list[UUID]]:
    ids = list(ids)
    return (ids[at : at + _AT_A_TIME] for at in range(0, len(ids), _AT_A_TIME))


def is_tombstone(head: Head) -> bool:
    """Whether the comment had been erased before it was archived, so that the archive row holds no personal data."""
    return head.state == State.ERASED
