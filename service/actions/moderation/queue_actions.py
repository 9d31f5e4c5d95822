"""Gesture: what a moderator does with one key or one click, to one comment or to many, and takes back as one step.

The page makes up a gesture's id, so that the same gesture sent twice takes effect once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.moderation.decide import Actor, Decided, Ruling, decide, undo
from service.domain.errors import Fault, Invalid, Refusal
from service.domain.states import State
from service.store.moderation.groups import members
from service.store.moderation.queue import QueueFilter, conditions_of
from service.store.tables.moderation import Decision

#: Comments that one gesture may move.
MAX_COMMENTS = 1_000


@dataclass(frozen=True, slots=True)
class SeenComment:
    """A comment as it stood on the page. `until`: members of its card that came until then are decided with it; later ones were not counted."""

    comment_id: UUID
    version: int | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one comment in a gesture: its new version, or why nothing happened."""

    comment_id: UUID
    version: int = 0
    refusal: Refusal | None = None


def decide_all(
    session: Session,
    site_id: str,
    seen: Sequence[SeenComment],
    state: State,
    *,
    gesture_id: UUID,
    moderator_id: UUID,
    now: datetime,
    delay: timedelta,
    reason: str = "",
    note: str = "",
    asked: QueueFilter | None = None,
) -> list[Outcome]:
    """Bring all comments of one gesture to a state, with those that are alike in the view `asked`."""
    if done := _done_before(session, gesture_id, moderator_id):
        return done
    everything = with_alike(session, site_id, seen, asked)
    if len(everything) > MAX_COMMENTS:
        raise Invalid(
            f"expected at most {MAX_COMMENTS} comments in one step", Fault("/items", "too_many", f"got {len(everything)}")
        )
    rulings = [Ruling(item.comment_id, state, item.version, reason=reason, note=note) for item in everything]
    outcomes = decide(
        session, site_id, rulings, actor=Actor(moderator_id=moderator_id), now=now, delay=delay, batch_id=gesture_id
    )
    return [_outcome(ruling.comment_id, outcome) for ruling, outcome in zip(rulings, outcomes, strict=True)]


def undo_action(
    session: Session, site_id: str, gesture_id: UUID, *, moderator_id: UUID, now: datetime, delay: timedelta
) -> list[Outcome]:
    """Undo a gesture of this moderator, as one step."""
    decisions = _decisions(session, site_id, gesture_id, moderator_id)
    if undone := _undoing(session, decisions):
        return [Outcome(row.comment_id, row.version) for row in undone.values()]
    outcomes = undo(session, site_id, [row.id for row in decisions], actor=Actor(moderator_id=moderator_id), now=now, delay=delay)
    return [_outcome(row.comment_id, outcome) for row, outcome in zip(decisions, outcomes, strict=True)]


def redo_action(
    session: Session, site_id: str, gesture_id: UUID, *, anew: UUID, moderator_id: UUID, now: datetime, delay: timedelta
) -> list[Outcome]:
    """Do a gesture again that was taken back, as the gesture `anew`; what moved since stays where it is."""
    if done := _done_before(session, anew, moderator_id):
        return done
    decisions = _decisions(session, site_id, gesture_id, moderator_id)
    undone = _undoing(session, decisions)
    rulings = [
        Ruling(row.comment_id, State(row.to_state), undone[row.id].version, reason=row.reason, note=row.note)
        for row in decisions
        if row.id in undone
    ]
    outcomes = decide(session, site_id, rulings, actor=Actor(moderator_id=moderator_id), now=now, delay=delay, batch_id=anew)
    return [_outcome(ruling.comment_id, outcome) for ruling, outcome in zip(rulings, outcomes, strict=True)]


def with_alike(session: Session, site_id: str, seen: Sequence[SeenComment], asked: QueueFilter | None) -> list[SeenComment]:
    """The comments of a gesture, each once, those that are alike behind the one that stood for them, up to MOST.

    What is outside the view stays; where the view is not known, so does all that is alike. What does not fit stays, too, and has a
    card of its own next.
    """
    found = {item.comment_id: item for item in seen}
    if asked is None or not asked.grouped:
        return list(found.values())
    view = conditions_of(site_id, asked)
    for item in seen:
        if item.until and len(found) < MAX_COMMENTS:
            alike = members(session, site_id, item.comment_id, item.version, until=item.until, conditions=view)
            for row in alike[: MAX_COMMENTS - len(found)]:
                found.setdefault(row.id, SeenComment(row.id, row.version))
    return list(found.values())


def _done_before(session: Session, gesture_id: UUID, moderator_id: UUID) -> list[Outcome]:
    rows = session.execute(
        select(Decision.comment_id, Decision.version).where(
            Decision.batch_id == gesture_id, Decision.moderator_id == moderator_id
        )
    )
    return [Outcome(row.comment_id, row.version) for row in rows]


def _decisions(session: Session, site_id: str, gesture_id: UUID, moderator_id: UUID) -> list[Decision]:
    mine = select(Decision).where(
        Decision.batch_id == gesture_id, Decision.moderator_id == moderator_id, Decision.site_id == site_id
    )
    return list(session.scalars(mine.order_by(Decision.id)))


def _undoing(session: Session, decisions: Sequence[Decision]) -> dict[UUID, Decision]:
    """Which of these decisions were taken back already, by which later one."""
    later = select(Decision).where(
        Decision.comment_id.in_([row.comment_id for row in decisions]), Decision.undoes.in_([row.id for row in decisions])
    )
    return {row.undoes: row for row in session.scalars(later) if row.undoes}


def _outcome(comment_id: UUID, outcome: Decided | Refusal) -> Outcome:
    if isinstance(outcome, Refusal):
        return Outcome(comment_id, refusal=outcome)
    return Outcome(comment_id, outcome.change.version)
