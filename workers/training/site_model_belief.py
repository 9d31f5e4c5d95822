"""Decides whether a site model is used, by its results on decisions it had not seen and on ordinary comments of its site."""

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
    """`ordinary`: on how many ordinary comments the site model was evaluated.

    `more`: how many more of these the site model would hold than the shipped model.
    """

    ordinary: int = 0
    more: int = 0

    @property
    def is_calm(self) -> bool:
        """Whether the site model holds only a few more ordinary comments than the shipped one."""
        return self.more <= MAY_HOLD_MORE * self.ordinary


@dataclass(frozen=True, slots=True)
class Learned:
    """A site model and its evaluation. The model is None if there are too few decisions, or too few of one kind.

    `standing`: the number of comments without a decision in its training data.
    """

    model: SiteModel | None
    doubt: Doubt | None
    rejected: int
    approved: int
    standing: int
    record: Record
    traffic: Traffic

    def as_record(self) -> dict[str, Any]:
        """The report that is stored with the model and shown on the page."""
        counts = {"rejected": self.rejected, "approved": self.approved, "standing": self.standing, "doubt": self.doubt or ""}
        return {**asdict(self.record), **asdict(self.traffic), **counts}


def learned(lessons: Sequence[Lesson], calm: Sequence[Lesson], ordinary: Sequence[Lesson]) -> Learned:
    """Train on decisions and, if these are mostly rejections, on `calm` comments too. Then evaluate the model.

    `ordinary` comments are used only for the evaluation.
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
    """Count how many more ordinary comments the site model would hold than the shipped one.

    If a site has few undecided comments, the comments that moderators approved count as ordinary too. Then the larger of two
    counts is used: of the undecided comments, and of both kinds. The reason: approved comments that the shipped model held must
    not outweigh undecided comments that the site model would hold.
    """
    if len(undecided) >= FEWEST_ORDINARY:
        return Traffic(len(undecided), _more_held(undecided))
    both = [*undecided, *(each for each in decided if not each.rejected)]
    return Traffic(len(both), max(_more_held(undecided), _more_held(both)))


def _more_held(outcomes: Sequence[Outcome]) -> int:
    held = sum(each.site >= HOLD_AT[Kind.SPAM_SITE_MODEL] for each in outcomes)
    return held - sum(each.shipped >= HOLD_AT[Kind.SPAM_MODEL] for each in outcomes)
