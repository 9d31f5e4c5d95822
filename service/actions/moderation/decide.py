"""Decide: a person moves comments, each only from the version that the person saw; and takes decisions back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.domain.errors import AlreadyDecided, Fault, Gone, NotFound, Refusal
from service.domain.ids import new_id
from service.domain.states import State
from service.store.comments.transitions import Change, add_event
from service.store.db.column_types import AnyRow, table
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decides: a moderator on the queue page, or a key of the host."""

    moderator_id: UUID | None = None
    key_id: UUID | None = None

    @property
    def word(self) -> str:
        return "moderator" if self.moderator_id else "key"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person wants to become of one comment. `version` is the one that the person saw; None takes what is there."""

    comment_id: UUID
    state: State
    version: int | None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that took effect."""

    decision_id: UUID
    change: Change


def decide(
    session: Session,
    site_id: str,
    rulings: Sequence[Ruling],
    *,
    actor: Actor,
    now: datetime,
    delay: timedelta,
    batch_id: UUID | None = None,
) -> list[Decided | Refusal]:
    """Carry out many rulings in one transaction; each has one winner, and a late one is told who was first.

    `delay` is how long the webhook waits, so that an undo can be silent.
    """
    seen = _seen(session, site_id, [ruling.comment_id for ruling in rulings])
    outcomes: list[Decided | Refusal] = []
    for ruling in rulings:
        outcomes.append(_decide_one(session, seen.get(ruling.comment_id), ruling, actor=actor, now=now, batch_id=batch_id))
    done = [outcome for outcome in outcomes if isinstance(outcome, Decided)]
    add_event(session, [decided.change for decided in done], now=now, due_at=now + delay)
    return outcomes


def undo(
    session: Session, site_id: str, decision_ids: Sequence[UUID], *, actor: Actor, now: datetime, delay: timedelta
) -> list[Decided | Refusal]:
    """Take decisions back: each comment returns to where it was, unless somebody has moved it since.

    Where the host has not been told of the decision yet, it never will be, nor of the undo.
    """
    rows = session.execute(select(Decision).where(Decision.id.in_(decision_ids), Decision.site_id == site_id)).scalars()
    decisions = {decision.id: decision for decision in rows}
    batch_id = new_id() if len(decision_ids) > 1 else None
    outcomes: list[Decided | Refusal] = []
    silent: list[Decided] = []
    loud: list[Decided] = []
    seen = _seen(session, site_id, [decision.comment_id for decision in decisions.values()])
    for decision_id in decision_ids:
        decision = decisions.get(decision_id)
        if decision is None:
            outcomes.append(NotFound("no such decision on this site"))
            continue
        ruling = Ruling(decision.comment_id, _back_to(decision), decision.version)
        row = seen.get(decision.comment_id)
        outcome = _decide_one(session, row, ruling, actor=actor, now=now, batch_id=batch_id, undoes=decision.id)
        outcomes.append(outcome)
        if isinstance(outcome, Decided):
            (silent if _withdraw(session, decision) else loud).append(outcome)
    add_event(session, [decided.change for decided in loud], now=now, due_at=now + delay)
    add_event(session, [decided.change for decided in silent], now=now)
    for decided in silent:
        _withdraw_event(session, decided.change.comment_id, decided.change.version)
    return outcomes


def _back_to(decision: Decision) -> State:
    """Where an undo leads: a comment that was decided before its verdict came back waits for a person, not for the checks."""
    return State.HELD if decision.from_state == State.PENDING else State(decision.from_state)


def _decide_one(
    session: Session,
    row: AnyRow | None,
    ruling: Ruling,
    *,
    actor: Actor,
    now: datetime,
    batch_id: UUID | None,
    undoes: UUID | None = None,
) -> Decided | Refusal:
    if row is None:
        return NotFound("no such comment on this site")
    if row.state == State.ERASED:
        return Gone("this comment was erased")
    if row.state == ruling.state and undoes is None:
        return _late(session, row, f"this comment is {row.state} already")
    expected = row.version if ruling.version is None else ruling.version
    moved = session.execute(
        update(Comment)
        .where(Comment.id == row.id, Comment.version == expected, Comment.state == row.state)
        .values(state=ruling.state, version=expected + 1, updated_at=now, lease_token=None, lease_until=None)
        .returning(Comment.version)
        .execution_options(synchronize_session=False)
    ).scalar()
    if moved is None:
        return _late(session, row, f"somebody moved this comment since version {expected}")
    decision_id = new_id()
    session.execute(insert(table(Decision)), [_decision_row(decision_id, row, ruling, moved, actor, now, batch_id, undoes)])
    facts = {"by": actor.word, "reason": ruling.reason, "note": ruling.note, "undo": undoes is not None}
    change = Change(
        row.site_id, row.thread_id, row.id, moved, State(row.state), ruling.state,
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    return Decided(decision_id, change)


def _seen(session: Session, site_id: str, comment_ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    columns = (Comment.id, Comment.site_id, Comment.thread_id, Comment.state, Comment.version)
    rows = session.execute(select(*columns).where(Comment.site_id == site_id, Comment.id.in_(comment_ids)))
    return {row.id: row for row in rows}


def _late(session: Session, row: AnyRow, detail: str) -> Refusal:
    """Tell the late one who was first, in words that can stand on the page."""
    last = session.execute(
        select(Decision.to_state, Decision.at, Moderator.name, Moderator.email)
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(Decision.comment_id == row.id)
        .order_by(Decision.version.desc())
        .limit(1)
    ).one_or_none()
    if last is not None:
        who = last.name or (last.email or "").partition("@")[0] or "the host"
        detail = f"{who} {'put this back to' if last.to_state == State.HELD else 'moved this to'} {last.to_state} at {last.at:%H:%M:%S} UTC"
    fault = Fault("/version", "stale", f"expected the current version {row.version}, in which the comment is {row.state}")
    return AlreadyDecided(detail, fault)


def _decision_row(
    decision_id: UUID, row: AnyRow, ruling: Ruling, version: int, actor: Actor, now: datetime,
    batch_id: UUID | None, undoes: UUID | None,
) -> dict[str, object]:  # fmt: skip
    return {
        "id": decision_id,
        "site_id": row.site_id,
        "comment_id": row.id,
        "moderator_id": actor.moderator_id,
        "key_id": actor.key_id,
        "batch_id": batch_id,
        "from_state": row.state,
        "to_state": ruling.state,
        "version": version,
        "reason": ruling.reason,
        "note": ruling.note,
        "undoes": undoes,
        "at": now,
    }


def _withdraw(session: Session, decision: Decision) -> bool:
    return _withdraw_event(session, decision.comment_id, decision.version)


def _withdraw_event(session: Session, comment_id: UUID, seq: int) -> bool:
    """True where nobody had been told of this event yet and now nobody will be."""
    withdrawn = session.execute(
        update(Event)
        .where(Event.comment_id == comment_id, Event.seq == seq, Event.state == EventState.DUE)
        .values(state=EventState.WITHDRAWN)
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return withdrawn is not None
