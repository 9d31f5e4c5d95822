"""State changes of comments: the event of each change, and the counters of the threads."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.bulk import insert_all, plain
from service.store.db.column_types import table
from service.store.tables.comments import Thread
from service.store.tables.outbox import Event, EventState, EventType

#: The type of the event that hosts receive when a comment enters a state.
EVENT_OF: dict[State, EventType] = {
    State.APPROVED: EventType.APPROVED,
    State.REJECTED: EventType.REJECTED,
    State.HELD: EventType.HELD,
    State.PENDING: EventType.EDITED,
    State.ERASED: EventType.ERASED,
}


_THREAD = table(Thread)


_KEEP = (
    update(_THREAD)
    .where(_THREAD.c.id == bindparam("thread"), _THREAD.c.site_id == bindparam("site"))
    .values(approved=_THREAD.c.approved + bindparam("more"), feed_version=_THREAD.c.feed_version + 1)
)


class ThreadKey(NamedTuple):
    """What names a thread in the database."""

    thread_id: UUID
    site_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """One comment went from one state to another and reached `version`."""

    site_id: str
    thread_id: UUID
    comment_id: UUID
    version: int
    from_state: State
    to_state: State
    facts: dict[str, Any] = field(default_factory=dict)


def add_event(session: Session, changes: Sequence[Change], *, now: datetime, due_at: datetime | None = None) -> None:
    """Write one event for each change, and update the counts of the threads. The caller makes the changes in the same
    transaction."""
    if not changes:
        return
    insert_all(
        session,
        Event,
        [
            {
                "id": new_id(),
                "site_id": change.site_id,
                "comment_id": change.comment_id,
                "seq": change.version,
                "type": EVENT_OF[change.to_state],
                "from_state": change.from_state,
                "to_state": change.to_state,
                "facts": change.facts,
                "state": EventState.DUE,
                "at": now,
                "due_at": due_at or now,
            }
            for change in changes
        ],
    )
    update_counts(session, _more_shown(changes))


def update_counts(session: Session | Connection, shown: Mapping[ThreadKey, int]) -> None:
    """Add the given number to each thread's count of public comments, and raise its feed version. The threads are updated in the
    order of their ids, so that two writers cannot deadlock."""
    if shown:
        changes = [{"thread": key.thread_id, "site": key.site_id, "more": shown[key]} for key in sorted(shown)]
        plain(session).execute(_KEEP, changes)


def _more_shown(changes: Sequence[Change]) -> Counter[ThreadKey]:
    """Threads whose feed changed, each with the change in its number of approved comments."""
    shown: Counter[ThreadKey] = Counter()
    for change in changes:
        if State.APPROVED in (change.from_state, change.to_state):
            shown[ThreadKey(change.thread_id, change.site_id)] += (change.to_state is State.APPROVED) - (
                change.from_state is State.APPROVED
            )
    return shown
