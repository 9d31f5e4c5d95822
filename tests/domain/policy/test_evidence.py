"""Two findings count as two only if they rest on different evidence: by a table, and for every pair."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.evidence import are_two, ground_of, independent, leads_somewhere
from service.domain.policy.judge import BEYOND_DOUBT, PolicyLimits, judge
from service.domain.policy.signals import Family, Field, Kind, Signal, Span
from service.domain.policy.site_thresholds import SiteThresholds, apply_thresholds
from service.domain.states import State


def strong(kind: Kind, *places: tuple[int, int], score: float = 0.9, field: Field = Field.TEXT) -> Signal:
    spans = tuple(Span(start, end, "words", field=field) for start, end in places)
    return Signal(kind, score, "why", spans, strong=True)


MODEL, OWN_MODEL = strong(Kind.SPAM_MODEL, (0, 5), score=0.97), strong(Kind.SPAM_SITE_MODEL, score=0.97)
PHRASES, WORD = strong(Kind.SPAM_PHRASES, (10, 20)), strong(Kind.PROFANITY_STRONG, (30, 34))
NAME = strong(Kind.SPAM_NAME, (0, 4), field=Field.AUTHOR_NAME)
MAILBOX = strong(Kind.SPAM_DISPOSABLE_EMAIL)
LINKS, CONTACT = strong(Kind.SPAM_LINKS, (40, 60)), strong(Kind.SPAM_CONTACT, (70, 80))
REPEAT, NEAR, BURST = (strong(kind) for kind in (Kind.SPAM_DUPLICATE, Kind.SPAM_NEAR_DUPLICATE, Kind.SPAM_VELOCITY))
HONEYPOT, HASTE = strong(Kind.SPAM_HONEYPOT), strong(Kind.SPAM_TOO_FAST)
EXTERNAL = strong(Kind.SPAM_EXTERNAL)
LEAD = Signal(Kind.SPAM_LEAD, 0.0, "a link or contact")

#: Two findings; whether they count as two without a lead; and with a lead.
PAIRS = [
    (MODEL, PHRASES, False, True),
    (OWN_MODEL, PHRASES, False, True),
    (MODEL, strong(Kind.SPAM_PHRASES, (0, 5)), False, True),
    (MODEL, WORD, False, True),
    (PHRASES, WORD, False, True),
    (PHRASES, strong(Kind.PROFANITY_STRONG, (12, 15)), False, False),
    (strong(Kind.SPAM_PHRASES, (0, 4), field=Field.AUTHOR_NAME), NAME, False, False),
    (strong(Kind.SPAM_PHRASES, (0, 4)), NAME, True, True),
    (NAME, MAILBOX, False, False),
    (REPEAT, BURST, False, False),
    (NEAR, BURST, False, False),
    (BURST, LINKS, False, False),
    (BURST, CONTACT, False, False),
    (REPEAT, LINKS, False, False),
    (HONEYPOT, HASTE, False, False),
    (LINKS, CONTACT, False, False),
    (MODEL, NAME, True, True),
    (MODEL, REPEAT, True, True),
    (MODEL, BURST, True, True),
    (MODEL, LINKS, True, True),
    (MODEL, HONEYPOT, True, True),
    (PHRASES, BURST, True, True),
    (NAME, LINKS, True, True),
    (EXTERNAL, MODEL, True, True),
    (EXTERNAL, NAME, True, True),
    (MODEL, MODEL, False, False),
]


@pytest.mark.parametrize(("one", "other", "alone", "leading"), PAIRS)
def test_two_findings_are_two_only_on_different_evidence(one: Signal, other: Signal, alone: bool, leading: bool) -> None:
    assert (independent(one, other, leads=False), independent(one, other, leads=True)) == (alone, leading)
    assert (independent(other, one, leads=False), independent(other, one, leads=True)) == (alone, leading)


@pytest.mark.parametrize(("one", "other", "alone", "leading"), PAIRS)
def test_two_strong_findings_reject_where_they_are_two_and_hold_where_they_are_one(
    one: Signal, other: Signal, alone: bool, leading: bool
) -> None:
    found = [one, other]
    expected = leading if leads_somewhere(found) else alone
    assert judge(found, PolicyLimits()).state is (State.REJECTED if expected else State.HELD)
    assert judge([*found, LEAD], PolicyLimits()).state is (State.REJECTED if leading else State.HELD)


def test_a_third_finding_on_other_evidence_makes_two_of_a_flood_with_links() -> None:
    assert judge([BURST, LINKS], PolicyLimits()).state is State.HELD
    assert judge([BURST, LINKS, PHRASES], PolicyLimits()).state is State.REJECTED


def test_a_finding_that_would_not_hold_by_itself_is_not_half_of_a_rejection() -> None:
    one_phrase = strong(Kind.SPAM_PHRASES, (10, 20), score=0.3)
    assert judge([one_phrase, BURST], PolicyLimits()).state is State.HELD


def test_a_name_leads_somewhere_only_where_it_advertises() -> None:
    assert leads_somewhere([NAME])
    assert not leads_somewhere([Signal(Kind.SPAM_NAME, 0.6, "a long name")])


_STRONG = (MODEL, OWN_MODEL, PHRASES, WORD, NAME, MAILBOX, LINKS, CONTACT, REPEAT, NEAR, BURST, HONEYPOT, HASTE, EXTERNAL)
_SCORES = st.floats(0, 1)


@given(
    st.sampled_from(_STRONG),
    _SCORES,
    st.sampled_from([None, SiteThresholds(sample_one_in=0, publish_below=0.2, reject_from=0.5)]),
)
def test_nothing_on_one_ground_rejects_however_sure_it_is(one: Signal, score: float, thresholds: SiteThresholds | None) -> None:
    """A name, a flood, a link or a form alone; and a model without a lead."""
    if one.kind.family is Family.PROFANITY:
        return
    alone = Signal(one.kind, score, one.rule, one.spans, strong=True)
    same = [other for other in _STRONG if ground_of(other) == ground_of(alone) and other.kind.family is not Family.PROFANITY]
    signals = [alone, *same] if ground_of(alone) != ground_of(LINKS) else [alone, *same, BURST, REPEAT]
    assert apply_thresholds(judge(signals, PolicyLimits()), signals, thresholds, identity="x").state is not State.REJECTED


@given(_SCORES, st.booleans())
def test_a_model_rejects_alone_only_what_can_be_followed(score: float, leads: bool) -> None:
    for kind in (Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL):
        signals = [Signal(kind, score, "looks like spam", strong=True), *([LEAD] if leads else [])]
        rejected = judge(signals, PolicyLimits()).state is State.REJECTED
        assert rejected == (leads and score >= BEYOND_DOUBT)


@given(st.lists(st.sampled_from(_STRONG), max_size=5), st.booleans())
def test_findings_are_two_where_any_pair_of_them_is(found: list[Signal], leads: bool) -> None:
    assert are_two(found, leads=leads) == any(independent(a, b, leads=leads) for a, b in combinations(found, 2))
