"""Which site models are used, and for which reasons others are not."""

from collections.abc import Sequence

import pytest

from service.domain.policy.site_model_doubts import STANDING_COUNTS, Doubt
from workers.training.site_model import Lesson, balanced
from workers.training.site_model_belief import learned

#: The shipped model's log-odds: it would approve the first and hold the second.
CALM, DOUBTFUL = -2.0, 1.0


def lessons(count: int, word: str, rejected: int, shipped: float = CALM, counts: float = 1.0) -> list[Lesson]:
    return [Lesson(frozenset({word, f"page {n % 7}"}), shipped, rejected, counts) for n in range(count)]


def turns(*kinds: Sequence[Lesson]) -> list[Lesson]:
    """Both kinds in turn, as decisions come."""
    return [lesson for lessons in zip(*kinds, strict=True) for lesson in lessons]


BOTH = turns(lessons(100, "bad", 1), lessons(100, "good", 0))
KINDS = {
    "both kinds and calm traffic": (BOTH, [], lessons(60, "good", 0), None),
    "no traffic but what people approved": (BOTH, [], [], None),
    "few decisions": (BOTH[:24], [], lessons(60, "good", 0), Doubt.FEW),
    "rejected alone": (lessons(120, "bad", 1), [], lessons(60, "good", 0), Doubt.ONE_SIDED),
    "approved alone": (lessons(120, "good", 0), lessons(99, "good", 0), lessons(60, "good", 0), Doubt.ONE_SIDED),
    "19 of a kind": (lessons(19, "good", 0) + lessons(60, "bad", 1), [], lessons(60, "good", 0), Doubt.ONE_SIDED),
    "rejected alone, and what stands": (
        lessons(120, "bad", 1), lessons(80, "good", 0, counts=STANDING_COUNTS), lessons(60, "good", 0), None,
    ),
    "hardly any predicted": (BOTH[:60], [], lessons(60, "good", 0), Doubt.UNTRIED),
    "no better than the shipped one": (
        turns(lessons(100, "good", 1, 0.0), lessons(100, "good", 0, 0.0)), [], lessons(60, "good", 0), Doubt.NOT_BETTER,
    ),
    "hardly anything ordinary": (BOTH[:80], [], lessons(9, "good", 0), Doubt.LITTLE_TRAFFIC),
    "it would hold what is ordinary": (BOTH, [], lessons(60, "bad", 0), Doubt.HOLDS_ORDINARY),
    "what the shipped one held of those approved does not outweigh it": (
        turns(lessons(100, "bad", 1), lessons(100, "good", 0, DOUBTFUL)), [], lessons(30, "bad", 0), Doubt.HOLDS_ORDINARY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_believed_where_it_has_both_kinds_and_leaves_ordinary_comments_alone(kind: str) -> None:
    decisions, calm, ordinary, doubt = KINDS[kind]
    found = learned(decisions, calm, ordinary)
    assert found.doubt == doubt
    assert (found.model is None) == (doubt in (Doubt.FEW, Doubt.ONE_SIDED))


def test_what_is_reported_a_lot_counts_no_more_than_what_is_fine() -> None:
    taught = balanced(lessons(120, "bad", 1) + lessons(10, "good", 0), lessons(80, "good", 0, counts=STANDING_COUNTS))
    assert sum(one.counts for one in taught if one.rejected) == pytest.approx(30)
    assert sum(one.counts for one in taught if not one.rejected) == pytest.approx(30)
    more_approved = lessons(20, "bad", 1) + lessons(30, "good", 0)
    assert balanced(more_approved, lessons(80, "good", 0)) == more_approved
