"""Whether a site's model is used: judged on decisions that it had not seen and on ordinary comments of its site."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from service.domain.policy.judge import HOLD_AT
from service.domain.policy.signals import Kind
from service.domain.policy.site_model_doubts import (
    FEWEST,
    FEWEST_OF_A_KIND,
    FEWEST_ORDINARY,
    JUDGED_ON,
    MAY_HOLD_MORE,
    STANDING_COUNTS,
    Doubt,
)
from workers.checks.model.site_model import SiteModel
from workers.training.site_model import Lesson, Outcome, Record, balanced, learn, outcomes_of, predicted, record_of


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many ordinary comments there were to judge by, and how many more of them the site's model would hold than the shipped one."""

    ordinary: int = 0
    more: int = 0

    @property
    def is_calm(self) -> bool:
        """Whether the site's model leaves about as many alone as the shipped one."""
        return self.more <= MAY_HOLD_MORE * self.ordinary


@dataclass(frozen=True, slots=True)
class Learned:
    """A site's model (None with too few labels of one kind) and how it did. `standing`: how many comments without a decision it learned
    from."""

    model: SiteModel | None
    doubt: Doubt | None
    rejected: int
    approved: int
    standing: int
    record: Record
    traffic: Traffic

    def as_record(self) -> dict[str, Any]:
        """What is stored of it beside the model, and told on the page."""
        counts = {"rejected": self.rejected, "approved": self.approved, "standing": self.standing, "doubt": self.doubt or ""}
        return {**asdict(self.record), **asdict(self.traffic), **counts}


def learned(lessons: Sequence[Lesson], calm: Sequence[Lesson], ordinary: Sequence[Lesson]) -> Learned:
    """Learn from decisions and, where these mostly reject, from `calm` comments, and judge the model. `ordinary` ones are kept
    apart for that.
    """
    rejected = sum(lesson.rejected for lesson in lessons)
    approved, taught = len(lessons) - rejected, balanced(lessons, calm)
    standing = len(taught) - len(lessons)
    doubt = _of_labels(rejected, approved + STANDING_COUNTS * standing, len(lessons))
    if doubt:
        return Learned(None, doubt, rejected, approved, standing, record_of(()), Traffic())
    outcomes, model = outcomes_of(lessons, calm), learn(taught)
    record, traffic = record_of(outcomes), _traffic(predicted(model, ordinary), outcomes)
    return Learned(model, _of_judgement(record, traffic), rejected, approved, standing, record, traffic)


def _of_labels(rejected: int, approved: float, decisions: int) -> Doubt | None:
    if decisions < FEWEST:
        return Doubt.FEW
    return Doubt.ONE_SIDED if min(rejected, approved) < FEWEST_OF_A_KIND else None


def _of_judgement(record: Record, traffic: Traffic) -> Doubt | None:
    if record.judged < JUDGED_ON:
        return Doubt.UNTRIED
    if not record.believed:
        return Doubt.NOT_BETTER
    if traffic.ordinary < FEWEST_ORDINARY:
        return Doubt.LITTLE_TRAFFIC
    return None if traffic.is_calm else Doubt.HOLDS_ORDINARY


def _traffic(undecided: Sequence[Outcome], decided: Sequence[Outcome]) -> Traffic:
    """Where a site leaves few comments undecided, what people approved is ordinary, too. What the shipped model held of those must not
    outweigh what the site's model would hold of the others.
    """
    if len(undecided) >= FEWEST_ORDINARY:
        return Traffic(len(undecided), _more_held(undecided))
    both = [*undecided, *(each for each in decided if not each.rejected)]
    return Traffic(len(both), max(_more_held(undecided), _more_held(both)))


def _more_held(outcomes: Sequence[Outcome]) -> int:
    held = sum(each.site >= HOLD_AT[Kind.SPAM_SITE_MODEL] for each in outcomes)
    return held - sum(each.shipped >= HOLD_AT[Kind.SPAM_MODEL] for each in outcomes)
