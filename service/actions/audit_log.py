"""The audit log: every administrative event is recorded in the transaction in which it happens."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.clock import utcnow
from service.domain.audit_events import ActorKind, AuditActor, AuditEvent
from service.domain.ids import new_id
from service.store.db.column_types import table
from service.store.tables.audit_log import AuditEntry

#: Of a list the log keeps at most MAX_ENTRIES entries, of a string at most LONGEST characters.
MAX_ENTRIES, LONGEST = 20, 200


def record_audit(
    session: Session,
    event: AuditEvent,
    *,
    site_id: str | None = None,
    target: object = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: AuditActor | None = None,
) -> None:
    """Write one audit entry. The actor is the actor of the database session, unless `actor` is given (at a sign-in the session
    does not know it yet)."""
    actor = actor or session.info.get("audit_actor") or AuditActor()
    facts = {"before": _short(before), "after": _short(after)}
    row = {
        "id": new_id(),
        # Always the clock of this machine, not the `now` that the action was given.
        "at": utcnow(),
        "site_id": site_id,
        "actor": actor.kind,
        "moderator_id": actor.id if actor.kind is ActorKind.MODERATOR else None,
        "key_id": actor.id if actor.kind is ActorKind.KEY else None,
        "event": event,
        "target": str(target)[:100],
        "details": {name: fact for name, fact in facts.items() if fact},
        "request_id": actor.request_id[:100],
    }
    session.execute(insert(table(AuditEntry)), [row])


def record_change(
    session: Session,
    event: AuditEvent,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    site_id: str | None,
    target: object = "",
) -> None:
    """Write an audit entry with the values that changed. Of a list it has only the items that were removed and added."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was = {name: _without(before.get(name), after.get(name)) for name in names}
    now = {name: _without(after.get(name), before.get(name)) for name in names}
    record_audit(session, event, site_id=site_id, target=target, before=was, after=now)


def by_moderator(session: Session, moderator_id: UUID) -> AuditActor:
    """The moderator who signs in with this request, as the actor for the request's audit entries."""
    current: AuditActor = session.info.get("audit_actor") or AuditActor()
    return AuditActor(ActorKind.MODERATOR, moderator_id, current.request_id)


def _without(value: Any, others: Any) -> Any:
    if isinstance(value, list) and isinstance(others, list):
        return [entry for entry in value if entry not in others]
    return value


def _short(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _loggable(value) for name, value in (facts or {}).items() if value not in (None, "", [], {})}


def _loggable(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    if isinstance(value, Mapping):
        return {str(name): _loggable(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [_loggable(one) for one in value[:MAX_ENTRIES]] + (["…"] if len(value) > MAX_ENTRIES else [])
    return value if value is None or isinstance(value, bool | int | float) else str(value)
