"""Orders of the moderation queue, and the cursors that continue after a comment."""

import base64
import binascii
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, literal, or_, tuple_

from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.moderation.queue_filter import Order, QueueFilter, Tab
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision


def with_valid_cursor(view: QueueFilter) -> QueueFilter:
    """Drop a cursor that Greenroom never made, or that it made for another order."""
    third = {Order.PRIORITY: float, Order.THREAD: str}.get(view.order) if view.ordered else None
    parts = _parts(view.after)
    fits = len(parts) == (3 if third else 2) and (third is None or isinstance(parts[2], third))
    return view if fits else replace(view, after="")


def cursor_of(row: AnyRow, view: QueueFilter) -> str:
    """The cursor that continues after this row."""
    if view.tab is Tab.MINE:
        return _packed(row.decided_at, row.decision_id)
    match _order(view):
        case Order.PRIORITY:
            return _packed(row.received_at, row.id, row.score)
        case Order.THREAD:
            return _packed(row.received_at, row.id, row.thread_id)
    return _packed(row.received_at, row.id)


def in_order(statement: Select[Any], view: QueueFilter) -> Select[Any]:
    """Sort the comments of a view, and continue after its cursor."""
    return _after(_sorted(statement, view), view)


def _order(view: QueueFilter) -> Order | None:
    return view.order if view.ordered else None


def _sorted(statement: Select[Any], view: QueueFilter) -> Select[Any]:
    if view.tab is Tab.MINE:
        return statement.order_by(Decision.at.desc(), Decision.id.desc())
    match _order(view):
        case Order.PRIORITY:
            return statement.order_by(Comment.score.desc(), Comment.received_at, Comment.id)
        case Order.THREAD:
            return statement.order_by(Comment.thread_id, Comment.received_at, Comment.id)
        case Order.OLDEST:
            return statement.order_by(Comment.received_at, Comment.id)
    return statement.order_by(Comment.received_at.desc(), Comment.id.desc())


def _after(statement: Select[Any], view: QueueFilter) -> Select[Any]:
    parts = _parts(view.after)
    if not parts:
        return statement
    start = tuple_(literal(_moment(parts[0]), UtcDateTime()), literal(UUID(parts[1]), Uuid()))
    if view.tab is Tab.MINE:
        return statement.where(tuple_(Decision.at, Decision.id) < start)
    position = tuple_(Comment.received_at, Comment.id)
    match _order(view):
        case Order.PRIORITY:
            score = float(parts[2])
            return statement.where(or_(Comment.score < score, and_(Comment.score == score, position > start)))
        case Order.THREAD:
            thread = UUID(parts[2])
            return statement.where(or_(Comment.thread_id > thread, and_(Comment.thread_id == thread, position > start)))
        case Order.OLDEST:
            return statement.where(position > start)
    return statement.where(position < start)


def _packed(at: datetime, *rest: object) -> str:
    plain = json.dumps(
        [at.isoformat(), *[part if isinstance(part, float) else str(part) for part in rest]], separators=(",", ":")
    )
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _parts(cursor: str) -> list[Any]:
    """The parts of a cursor that `_packed` made; empty for any other string."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment, name = _moment(parts[0]), UUID(parts[1])
        third = [UUID(parts[2]) if isinstance(parts[2], str) else float(parts[2])] if len(parts) > 2 else []
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, binascii.Error, RecursionError):
        return []
    return [moment.isoformat(), str(name), *(str(part) if isinstance(part, UUID) else part for part in third)]


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("expected an aware datetime")
    # Near year 1 or 9999 the conversion to UTC can leave datetime's range: OverflowError.
    return moment.astimezone(UTC)
