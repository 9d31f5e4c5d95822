"""Scored decisions: moderators' decisions with the scores of their comments. The limits of a site are calibrated on them."""

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

#: Limits are calibrated on at most this many of the newest decisions.
MOST = 3_000
_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class ScoredDecision:
    """The same decisions twice, once with each score: with the risk of publishing the comment, and with the score for rejecting
    it."""

    to_publish: list[Decided]
    to_reject: list[Decided]


def scored_decisions(session: Session, site_id: str, thresholds: SiteThresholds, *, most: int = MOST) -> ScoredDecision:
    """The latest decisions with their scores. If one automatic decision in N is sampled, a sampled comment has the weight N."""
    decisions, _ = is_spam(session, site_id, most=most)
    verdicts = _verdicts(session, [one.comment_id for one in decisions])
    to_publish, to_reject = [], []
    for one in decisions:
        if one.comment_id in verdicts:
            scores, audit = verdicts[one.comment_id]
            rejected, weight = one.state is State.REJECTED, float(thresholds.sample_one_in or 1) if audit else 1.0
            to_publish.append(Decided(risk(scores, AGAINST), rejected, weight))
            to_reject.append(Decided(risk(scores, FOR_REJECTING), rejected, weight))
    return ScoredDecision(to_publish, to_reject)


def _verdicts(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[dict[str, float], bool]]:
    verdicts: dict[UUID, tuple[dict[str, float], bool]] = {}
    columns = select(VerdictRow.comment_id, VerdictRow.signals, VerdictRow.reasons).order_by(VerdictRow.at)
    for at in range(0, len(ids), _A_PAGE):
        for comment_id, scores, reasons in session.execute(columns.where(VerdictRow.comment_id.in_(ids[at : at + _A_PAGE]))):
            audit = any(reason.get("code") == Kind.SITE_AUDIT_SAMPLE for reason in reasons)
            verdicts[comment_id] = (scores, audit)
    return verdicts
