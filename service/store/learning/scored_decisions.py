"""Judged: what people decided about a site's comments, beside the scores that these had; what limits are found from."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.policy.risk_budget import Decided
from service.domain.policy.signals import Kind
from service.domain.policy.site_thresholds import AGAINST, FOR_REJECTING, SiteThresholds, risk
from service.domain.states import State
from service.store.learning.labels import is_spam
from service.store.tables.comments import VerdictRow

#: Limits are found from so many of the newest decisions.
MOST = 3_000
_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class ScoredDecision:
    """The same decisions by both scores: those against publishing and those for rejecting."""

    to_publish: list[Decided]
    to_reject: list[Decided]


def scored_decisions(session: Session, site_id: str, latitude: SiteThresholds, *, most: int = MOST) -> ScoredDecision:
    """What people decided lately. An audited comment stands for all the automatic decisions that were not looked at."""
    decisions, _ = is_spam(session, site_id, most=most)
    verdicts = _verdicts(session, [one.comment_id for one in decisions])
    to_publish, to_reject = [], []
    for one in decisions:
        if one.comment_id in verdicts:
            scores, audit = verdicts[one.comment_id]
            rejected, weight = one.state is State.REJECTED, float(latitude.audit or 1) if audit else 1.0
            to_publish.append(Decided(risk(scores, AGAINST), rejected, weight))
            to_reject.append(Decided(risk(scores, FOR_REJECTING), rejected, weight))
    return ScoredDecision(to_publish, to_reject)


def _verdicts(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[dict[str, float], bool]]:
    found: dict[UUID, tuple[dict[str, float], bool]] = {}
    columns = select(VerdictRow.comment_id, VerdictRow.signals, VerdictRow.reasons).order_by(VerdictRow.at)
    for at in range(0, len(ids), _A_PAGE):
        for comment_id, scores, reasons in session.execute(columns.where(VerdictRow.comment_id.in_(ids[at : at + _A_PAGE]))):
            audit = any(reason.get("code") == Kind.SITE_AUDIT_SAMPLE for reason in reasons)
            found[comment_id] = (scores, audit)
    return found
