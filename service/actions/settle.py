"""Settle: the verdicts of a batch take effect, each at most once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, update
from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.domain.policy import Verdict, scores
from service.domain.reasons import as_reason
from service.domain.signals import Kind, Signal
from service.domain.states import State
from service.store.bulk import insert_all, named, plain
from service.store.comments import Comment, VerdictRow
from service.store.moves import Change, announce
from service.store.readings import Waiting
from service.store.schema import table

_COMMENT = table(Comment)
#: Said so that no index of what is pending serves: where a database expects little there, it would read all of it for these few.
_STILL_PENDING = func.coalesce(_COMMENT.c.state, "") == State.PENDING
_NOW = bindparam("now", type_=_COMMENT.c.updated_at.type)
_MOVES = {
    dialect: update(_COMMENT)
    .where(named(dialect, _COMMENT.c.id, "ids"), _STILL_PENDING, _COMMENT.c.lease_token == bindparam("token"))
    .values(
        state=bindparam("to"), reason=bindparam("first"), score=bindparam("doubt"), version=_COMMENT.c.version + 1,
        updated_at=_NOW, settled_at=_NOW, lease_token=None, lease_until=None,
    )
    .returning(_COMMENT.c.id, _COMMENT.c.version)
    for dialect in ("sqlite", "postgresql")
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settlement:
    """One claimed comment with what was found and what follows."""

    waiting: Waiting
    signals: tuple[Signal, ...]
    verdict: Verdict


def settle(session: Session, settlements: Sequence[Settlement], *, token: UUID, now: datetime) -> list[Change]:
    """Move each comment that is still pending under this token. Whoever lost the lease changes nothing.

    Returns the changes that took effect.
    """
    by_id = {s.waiting.comment_id: s for s in settlements}
    changes = [_change(by_id[comment_id], version) for comment_id, version in _moved(session, settlements, token, now)]
    if changes:
        insert_all(session, VerdictRow, [_verdict_row(by_id[c.comment_id], now) for c in changes])
        announce(session, changes, now=now)
    return changes


def _moved(session: Session, settlements: Sequence[Settlement], token: UUID, now: datetime) -> list[tuple[UUID, int]]:
    """One conditional update for all that share a state, a first reason and a score: few statements, one winner a row."""
    groups: defaultdict[tuple[State, str, float], list[UUID]] = defaultdict(list)
    for settlement in settlements:
        groups[_group(settlement.verdict)].append(settlement.waiting.comment_id)
    connection, moved = plain(session), list[tuple[UUID, int]]()
    for (state, reason, score), ids in groups.items():
        given = {"ids": ids, "token": token, "to": state, "first": reason, "doubt": score, "now": now}
        rows = connection.execute(_MOVES[connection.dialect.name], given)
        moved += [(comment_id, version) for comment_id, version in rows]
    return moved


def _group(verdict: Verdict) -> tuple[State, str, float]:
    first = next(iter(verdict.reasons), None)
    # What was only told, as a service that did not answer, led to nothing.
    if first is None or not first.score:
        return verdict.state, "", 0.0
    return verdict.state, first.kind.value, round(first.score, 2)


def _change(settlement: Settlement, version: int) -> Change:
    waiting, verdict = settlement.waiting, settlement.verdict
    return Change(
        site_id=waiting.site_id,
        thread_id=waiting.thread_id,
        comment_id=waiting.comment_id,
        version=version,
        from_state=State.PENDING,
        to_state=verdict.state,
        facts={"by": "policy", "reasons": [signal.kind.value for signal in verdict.reasons]},
    )


def _verdict_row(settlement: Settlement, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "comment_id": settlement.waiting.comment_id,
        "revision": settlement.waiting.revision,
        "state": settlement.verdict.state,
        "reasons": [as_reason(signal, settlement.signals) for signal in settlement.verdict.reasons],
        "signals": {family.value: round(score, 4) for family, score in scores(settlement.signals).items()},
        "shadow": [signal.rule for signal in settlement.signals if signal.kind is Kind.SITE_RULE and not signal.score],
        "at": now,
    }
