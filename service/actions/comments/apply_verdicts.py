"""Apply the verdicts of a batch, each at most once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.ids import new_id
from service.domain.policy.gravity import gravity
from service.domain.policy.judge import Verdict, scores
from service.domain.policy.reasons_json import as_reason
from service.domain.policy.signals import Kind, Signal
from service.store.comments.apply_verdicts import VerdictChange, write_verdicts
from service.store.comments.check_input import ClaimedComment
from service.store.comments.transitions import EVENT_OF


@dataclass(frozen=True, slots=True)
class JudgedComment:
    """A claimed comment with the signals of its checks and its verdict."""

    waiting: ClaimedComment
    signals: tuple[Signal, ...]
    verdict: Verdict


def prepare(settlements: Sequence[JudgedComment]) -> list[VerdictChange]:
    """Build the rows to write. Called before the transaction, so that no other writer waits for it."""
    return [_settled(settlement) for settlement in settlements]


def apply_verdicts(session: Session, rows: Sequence[VerdictChange], *, token: UUID, now: datetime) -> dict[UUID, bool]:
    """Apply the verdict of each comment that is still pending under this token. A worker that lost its lease changes nothing.

    Returns the comments whose verdict took effect, each with whether its event is due to a host.
    """
    return write_verdicts(session, rows, token=token, now=now)


def _settled(settlement: JudgedComment) -> VerdictChange:
    waiting, verdict, signals = settlement.waiting, settlement.verdict, settlement.signals
    return VerdictChange(
        id=waiting.comment_id,
        site_id=waiting.site_id,
        state=verdict.state,
        reason=_first_reason(verdict),
        score=gravity(verdict),
        verdict_id=new_id(),
        revision=waiting.revision,
        reasons=[as_reason(signal, signals) for signal in verdict.reasons],
        signals={family.value: round(score, 4) for family, score in scores(signals).items()},
        shadow=[signal.rule for signal in signals if signal.kind is Kind.SITE_RULE and not signal.score],
        event_id=new_id(),
        type=EVENT_OF[verdict.state],
        facts={"by": "policy", "reasons": [signal.kind.value for signal in verdict.reasons]},
    )


def _first_reason(verdict: Verdict) -> str:
    first = next(iter(verdict.reasons), None)
    # A reason without a score (such as an external check that sent no response) only informs: it did not lead to the verdict.
    return first.kind.value if first and first.score else ""
