"""Acts: whatever an admin does is written into the log, in the transaction in which it happens."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.domain.audit_events import ActorKind, AuditActor, AuditEvent
from service.domain.ids import new_id
from service.store.db.column_types import table
from service.store.tables.audit_log import AuditEntry

#: Entries of a list, and characters of a word, that the log keeps.
MAX_ENTRIES, LONGEST = 20, 200


def record_audit(
    session: Session,
    deed: AuditEvent,
    *,
    site_id: str | None = None,
    about: object = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    hand: AuditActor | None = None,
) -> None:
    """Write one act down. Who acts is known by the session, unless this very act is what tells (signing in)."""
    hand = hand or session.info.get("hand") or AuditActor()
    facts = {"before": _short(before), "after": _short(after)}
    row = {
        "id": new_id(),
        # The log is about this machine's time, whatever moment the action itself was told.
        "at": datetime.now(UTC),
        "site_id": site_id,
        "by": hand.by,
        "moderator_id": hand.id if hand.by is ActorKind.MODERATOR else None,
        "key_id": hand.id if hand.by is ActorKind.KEY else None,
        "deed": deed,
        "about": str(about)[:100],
        "facts": {name: fact for name, fact in facts.items() if fact},
        "request_id": hand.request_id[:100],
    }
    session.execute(insert(table(AuditEntry)), [row])


def record_change(
    session: Session,
    deed: AuditEvent,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    site_id: str | None,
    about: object = "",
) -> None:
    """Write down what differs; of a list only the entries that went and those that came."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was = {name: _without(before.get(name), after.get(name)) for name in names}
    now = {name: _without(after.get(name), before.get(name)) for name in names}
    record_audit(session, deed, site_id=site_id, about=about, before=was, after=now)


def by_moderator(session: Session, moderator_id: UUID) -> AuditActor:
    """The hand of somebody who is only just signing in, in the same request."""
    known: AuditActor = session.info.get("hand") or AuditActor()
    return AuditActor(ActorKind.MODERATOR, moderator_id, known.request_id)


def _without(value: Any, others: Any) -> Any:
    if isinstance(value, list) and isinstance(others, list):
        return [entry for entry in value if entry not in others]
    return value


def _short(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _kept(value) for name, value in (facts or {}).items() if value not in (None, "", [], {})}


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    if isinstance(value, Mapping):
        return {str(name): _kept(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [_kept(one) for one in value[:MAX_ENTRIES]] + (["…"] if len(value) > MAX_ENTRIES else [])
    return value if value is None or isinstance(value, bool | int | float) else str(value)
