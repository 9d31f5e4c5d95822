"""Decide about comments and undo decisions. A decision applies only to the version of the comment that the moderator saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.actions.reported.close import Closing, close_decided
from service.actions.reported.reopen import reopen
from service.domain.errors import AlreadyDecided, Fault, Gone, NotFound, Refusal
from service.domain.ids import new_id
from service.domain.policy.signals import Kind
from service.domain.policy.site_policy import SitePolicy
from service.domain.states import State
from service.store.comments.transitions import Change, add_event
from service.store.db.column_types import AnyRow, table
from service.store.db.site_keys import site_of
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState, EventType
from service.store.tables.reported import ReportState
from service.store.tables.sites import Site

#: The reason of the decision that publishes a reply of the site.
REPLY_OF_THE_SITE = "reply_of_the_site"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decides: a moderator on the queue page, or an API key of the host."""

    moderator_id: UUID | None = None
    key_id: UUID | None = None

    @property
    def word(self) -> str:
        return "moderator" if self.moderator_id else "key"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A requested decision about one comment. `version` is the version that the moderator saw; None means the current version.
    `together`: "author" or "link", if the comments were decided as a whole because of it. `confirms`: the comment has this state
    already, by the checks, and the moderator agrees."""

    comment_id: UUID
    state: State
    version: int | None
    reason: str = ""
    note: str = ""
    together: str = ""
    confirms: bool = False


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
    action_id: UUID | None = None,
) -> list[Decided | Refusal]:
    """Carry out many rulings in one transaction. If two moderators decide about the same version, the first decision counts, and
    the second moderator gets a refusal that says who was first.

    `delay` is how long the webhook waits. If the decision is undone within that time, the host receives nothing.
    """
    seen = _rows(session, site_id, [ruling.comment_id for ruling in rulings])
    outcomes: list[Decided | Refusal] = []
    for ruling in rulings:
        outcomes.append(_decide_one(session, seen.get(ruling.comment_id), ruling, actor=actor, now=now, action_id=action_id))
    done = [outcome for outcome in outcomes if isinstance(outcome, Decided)]
    reported = close_decided(
        session, site_id, _closings(session, site_id, done, seen), now=now, due_at=now + delay,
        moderator_id=actor.moderator_id, key_id=actor.key_id,
    )  # fmt: skip
    for decided in done:
        if decided.change.comment_id in reported:
            decided.change.facts["notice"] = True
    add_event(session, [decided.change for decided in done], now=now, due_at=now + delay)
    for decided in done:
        # A state that was only confirmed is no news to the host.
        if decided.change.from_state is decided.change.to_state:
            _withdraw_event(session, site_id, decided.change.comment_id, decided.change.version)
    return outcomes


def undo(
    session: Session, site_id: str, decision_ids: Sequence[UUID], *, actor: Actor, now: datetime, delay: timedelta
) -> list[Decided | Refusal]:
    """Undo decisions: each comment returns to its earlier state, unless it has changed since.

    If the event of a decision has not been sent yet, both this event and the event of the undo are withdrawn.
    """
    rows = session.execute(select(Decision).where(Decision.id.in_(decision_ids), Decision.site_id == site_id)).scalars()
    decisions = {decision.id: decision for decision in rows}
    action_id = new_id() if len(decision_ids) > 1 else None
    outcomes: list[Decided | Refusal] = []
    silent: list[Decided] = []
    loud: list[Decided] = []
    seen = _rows(session, site_id, [decision.comment_id for decision in decisions.values()])
    for decision_id in decision_ids:
        decision = decisions.get(decision_id)
        if decision is None:
            outcomes.append(NotFound("no such decision on this site"))
            continue
        ruling = Ruling(decision.comment_id, _back_to(decision), decision.version)
        row = seen.get(decision.comment_id)
        outcome = _decide_one(session, row, ruling, actor=actor, now=now, action_id=action_id, undoes=decision.id)
        outcomes.append(outcome)
        if isinstance(outcome, Decided):
            outcome.change.facts.update(_facts_before(session, decision))
            unchanged = decision.from_state == decision.to_state
            (silent if _withdraw(session, decision) or unchanged else loud).append(outcome)
    undone = {decided.change.comment_id for decided in silent + loud}
    undone_ids = [row.id for row in decisions.values() if row.comment_id in undone]
    reopen(session, undone_ids, now=now, delay=delay)
    add_event(session, [decided.change for decided in loud], now=now, due_at=now + delay)
    add_event(session, [decided.change for decided in silent], now=now)
    for decided in silent:
        _withdraw_event(session, site_id, decided.change.comment_id, decided.change.version)
    return outcomes


def _closings(session: Session, site_id: str, done: Sequence[Decided], seen: Mapping[UUID, AnyRow]) -> dict[UUID, Closing]:
    """How these decisions close the open reports of their comments. A removal upholds them. If a comment was held because of its
    reports, its approval dismisses them: the moderator saw that it was reported."""
    closings: dict[UUID, Closing] = {}
    policy = None
    for decided in done:
        change = decided.change
        if change.to_state is State.REJECTED:
            policy = policy or SitePolicy(session.scalar(select(Site.policy).where(Site.id == site_id)))
            ground = policy.ground(str(change.facts.get("reason", ""))).ground
            closings[change.comment_id] = Closing(ReportState.UPHELD, decided.decision_id, ground)
        elif change.to_state is State.APPROVED and seen[change.comment_id].reason == Kind.SITE_REPORTED:
            closings[change.comment_id] = Closing(ReportState.DISMISSED, decided.decision_id)
    return closings


def _back_to(decision: Decision) -> State:
    """The state after an undo. A comment that was decided while it was pending becomes held: it waits for a moderator, not for
    the checks. A reply of the site is taken down."""
    if decision.reason == REPLY_OF_THE_SITE:
        return State.REJECTED
    return State.HELD if decision.from_state == State.PENDING else State(decision.from_state)


def _facts_before(session: Session, decision: Decision) -> dict[str, object]:
    """Why the comment was restricted before a decision. An undo restores the restriction, so its event says the same."""
    if decision.from_state != State.REJECTED:
        return {}
    earlier = (
        Event.comment_id == decision.comment_id,
        site_of(Event) == decision.site_id,
        Event.seq > 0,
        Event.seq < decision.version,
    )
    restrictions = select(Event.facts).where(*earlier, Event.type == EventType.REJECTED, Event.state != EventState.WITHDRAWN)
    facts = session.scalar(restrictions.order_by(Event.seq.desc()).limit(1)) or {}
    return {name: facts[name] for name in ("reason", "note", "reasons", "notice") if name in facts}


def _decide_one(
    session: Session,
    row: AnyRow | None,
    ruling: Ruling,
    *,
    actor: Actor,
    now: datetime,
    action_id: UUID | None,
    undoes: UUID | None = None,
) -> Decided | Refusal:
    if row is None:
        return NotFound("no such comment on this site")
    if row.state == State.ERASED:
        return Gone("this comment was erased")
    if row.state == ruling.state and undoes is None and not ruling.confirms:
        return _late(session, row, f"this comment is {row.state} already")
    expected = row.version if ruling.version is None else ruling.version
    moved = session.execute(
        update(Comment)
        .where(Comment.id == row.id, Comment.site_id == row.site_id, Comment.version == expected, Comment.state == row.state)
        .values(state=ruling.state, version=expected + 1, updated_at=now, lease_token=None, lease_until=None)
        .returning(Comment.version, Comment.thread_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        return _late(session, row, f"somebody moved this comment since version {expected}")
    decision_id = new_id()
    session.execute(
        insert(table(Decision)), [_decision_row(decision_id, row, ruling, moved.version, actor, now, action_id, undoes)]
    )
    facts = {"by": actor.word, "reason": ruling.reason, "note": ruling.note, "undo": undoes is not None}
    change = Change(
        row.site_id, moved.thread_id, row.id, moved.version, State(row.state), ruling.state,
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    return Decided(decision_id, change)


def _rows(session: Session, site_id: str, comment_ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    columns = (Comment.id, Comment.site_id, Comment.state, Comment.version, Comment.reason)
    rows = session.execute(select(*columns).where(Comment.site_id == site_id, Comment.id.in_(comment_ids)))
    return {row.id: row for row in rows}


def _late(session: Session, row: AnyRow, detail: str) -> Refusal:
    """The refusal for a decision that came too late. It says who decided first, as a sentence for the page."""
    last = session.execute(
        select(Decision.to_state, Decision.at, Moderator.name, Moderator.email)
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(Decision.comment_id == row.id, site_of(Decision) == row.site_id)
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
    action_id: UUID | None, undoes: UUID | None,
) -> dict[str, object]:  # fmt: skip
    return {
        "id": decision_id,
        "site_id": row.site_id,
        "comment_id": row.id,
        "moderator_id": actor.moderator_id,
        "key_id": actor.key_id,
        "action_id": action_id,
        "from_state": row.state,
        "to_state": ruling.state,
        "version": version,
        "reason": ruling.reason,
        "note": ruling.note,
        "undoes": undoes,
        "together": ruling.together,
        "at": now,
    }


def _withdraw(session: Session, decision: Decision) -> bool:
    return _withdraw_event(session, decision.site_id, decision.comment_id, decision.version)


def _withdraw_event(session: Session, site_id: str, comment_id: UUID, seq: int) -> bool:
    """Withdraw an event that has not been sent yet. Returns whether it was withdrawn."""
    withdrawn = session.execute(
        update(Event)
        .where(Event.comment_id == comment_id, site_of(Event) == site_id, Event.seq == seq, Event.state == EventState.DUE)
        .values(state=EventState.WITHDRAWN)
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return withdrawn is not None
