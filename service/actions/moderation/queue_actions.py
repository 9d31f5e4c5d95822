"""Queue actions: a moderator decides about one or many comments with one key or one click, and can undo the action as a whole.

The page chooses the id of an action, so that an action that is sent twice takes effect only once.
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
from service.store.moderation.queue_conditions import conditions_of
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.moderation import Decision

#: The maximum number of comments that one action may move.
MAX_COMMENTS = 1_000


@dataclass(frozen=True, slots=True)
class SeenComment:
    """A comment as the page showed it. Members of its group that arrived at `until` or before are decided together with it.
    Members that arrived later were not counted on the card."""

    comment_id: UUID
    version: int | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an action for one comment: its new version, or the refusal."""

    comment_id: UUID
    version: int = 0
    refusal: Refusal | None = None


def decide_all(
    session: Session,
    site_id: str,
    seen: Sequence[SeenComment],
    state: State,
    *,
    action_id: UUID,
    moderator_id: UUID,
    now: datetime,
    delay: timedelta,
    reason: str = "",
    note: str = "",
    asked: QueueFilter | None = None,
    together: str = "",
    confirms: bool = False,
) -> list[Outcome]:
    """Move all comments of one action to a state, together with the members of their groups that are in the view `asked`.

    `confirms`: a comment that has this state already keeps it, and the moderator's agreement is recorded. `together` names what
    the comments have in common ("author" or "link") if they are decided as a whole because of it. That never approves. Raises
    Invalid, also for more than MAX_COMMENTS.
    """
    if together and state is not State.REJECTED:
        raise Invalid("comments of one author or with one link can be rejected together; approve each after reading it")
    if done := done_before(session, action_id, moderator_id):
        return done
    everything = with_group(session, site_id, seen, asked)
    if len(everything) > MAX_COMMENTS:
        raise Invalid(
            f"expected at most {MAX_COMMENTS} comments in one step", Fault("/items", "too_many", f"got {len(everything)}")
        )
    rulings = [
        Ruling(item.comment_id, state, item.version, reason=reason, note=note, together=together, confirms=confirms)
        for item in everything
    ]
    outcomes = decide(
        session, site_id, rulings, actor=Actor(moderator_id=moderator_id), now=now, delay=delay, action_id=action_id
    )
    return [outcome_of(ruling.comment_id, outcome) for ruling, outcome in zip(rulings, outcomes, strict=True)]


def undo_action(
    session: Session, site_id: str, action_id: UUID, *, moderator_id: UUID, now: datetime, delay: timedelta
) -> list[Outcome]:
    """Undo an action of this moderator, for all its comments."""
    decisions = _decisions(session, site_id, action_id, moderator_id)
    if undone := _undoing(session, decisions):
        return [Outcome(row.comment_id, row.version) for row in undone.values()]
    outcomes = undo(session, site_id, [row.id for row in decisions], actor=Actor(moderator_id=moderator_id), now=now, delay=delay)
    return [outcome_of(row.comment_id, outcome) for row, outcome in zip(decisions, outcomes, strict=True)]


def redo_action(
    session: Session, site_id: str, action_id: UUID, *, anew: UUID, moderator_id: UUID, now: datetime, delay: timedelta
) -> list[Outcome]:
    """Redo an action that was undone, as the new action `anew`. A comment that changed since stays as it is."""
    if done := done_before(session, anew, moderator_id):
        return done
    decisions = _decisions(session, site_id, action_id, moderator_id)
    undone = _undoing(session, decisions)
    rulings = [
        Ruling(
            row.comment_id,
            State(row.to_state),
            undone[row.id].version,
            reason=row.reason,
            note=row.note,
            together=row.together,
            confirms=row.from_state == row.to_state,
        )
        for row in decisions
        if row.id in undone
    ]
    outcomes = decide(session, site_id, rulings, actor=Actor(moderator_id=moderator_id), now=now, delay=delay, action_id=anew)
    return [outcome_of(ruling.comment_id, outcome) for ruling, outcome in zip(rulings, outcomes, strict=True)]


def with_group(session: Session, site_id: str, seen: Sequence[SeenComment], asked: QueueFilter | None) -> list[SeenComment]:
    """The comments of an action, each once, followed by the other members of their groups, up to MAX_COMMENTS.

    Group members outside the view are left out. If the view is not known (None), all group members are left out. Members beyond
    the limit are left out, too; they get a new card afterwards.
    """
    items = {item.comment_id: item for item in seen}
    if asked is None or not asked.grouped:
        return list(items.values())
    view = conditions_of(site_id, asked)
    for item in seen:
        if item.until and len(items) < MAX_COMMENTS:
            others = members(session, site_id, item.comment_id, item.version, until=item.until, conditions=view)
            for row in others[: MAX_COMMENTS - len(items)]:
                items.setdefault(row.id, SeenComment(row.id, row.version))
    return list(items.values())


def done_before(session: Session, action_id: UUID, moderator_id: UUID) -> list[Outcome]:
    """The outcomes of an action that was carried out before; empty if it was not."""
    rows = session.execute(
        select(Decision.comment_id, Decision.version).where(
            Decision.action_id == action_id, Decision.moderator_id == moderator_id
        )
    )
    return [Outcome(row.comment_id, row.version) for row in rows]


def _decisions(session: Session, site_id: str, action_id: UUID, moderator_id: UUID) -> list[Decision]:
    query = select(Decision).where(
        Decision.action_id == action_id, Decision.moderator_id == moderator_id, Decision.site_id == site_id
    )
    return list(session.scalars(query.order_by(Decision.id)))


def _undoing(session: Session, decisions: Sequence[Decision]) -> dict[UUID, Decision]:
    """The later decisions that undid these decisions, by the id of the undone decision."""
    later = select(Decision).where(
        Decision.comment_id.in_([row.comment_id for row in decisions]), Decision.undoes.in_([row.id for row in decisions])
    )
    return {row.undoes: row for row in session.scalars(later) if row.undoes}


def outcome_of(comment_id: UUID, outcome: Decided | Refusal) -> Outcome:
    """The result for one comment of an action."""
    if isinstance(outcome, Refusal):
        return Outcome(comment_id, refusal=outcome)
    return Outcome(comment_id, outcome.change.version)
