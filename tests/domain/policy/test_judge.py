"""The policy as a table: signals, and the state they lead to."""

import pytest

from service.domain.policy.judge import PolicyLimits, judge, scores
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.states import State


def found(kind, score, *, strong=False):
    return Signal(kind, score, "why", strong=strong)


WORD = found(Kind.PROFANITY_STRONG, 0.9, strong=True)
MODEL = found(Kind.SPAM_MODEL, 0.96, strong=True)
SURE = found(Kind.SPAM_MODEL, 0.985, strong=True)
DEPENDABLE = found(Kind.TRUST_DEPENDABLE_AUTHOR, 0.0)
LEAD = found(Kind.SPAM_LEAD, 0.0)
TRUSTED = found(Kind.TRUST_BY_HAND, 0.0)
UNREAD = found(Kind.SITE_LANGUAGE_NOT_COVERED, 0.5)
TABLE = [
    ([], State.APPROVED),
    ([UNREAD], State.HELD),
    ([UNREAD, DEPENDABLE], State.HELD),
    ([UNREAD, TRUSTED], State.APPROVED),
    ([UNREAD, WORD], State.HELD),
    ([UNREAD, WORD, MODEL], State.HELD),
    ([UNREAD, SURE, LEAD], State.HELD),
    ([UNREAD, found(Kind.SPAM_PHRASES, 0.7, strong=True), found(Kind.SPAM_DUPLICATE, 0.8, strong=True)], State.REJECTED),
    ([UNREAD, found(Kind.SITE_BLOCKED_WORD, 1.0, strong=True)], State.REJECTED),
    ([found(Kind.SPAM_LINKS, 0.2)], State.APPROVED),
    ([found(Kind.PROFANITY_MILD, 0.5)], State.APPROVED),
    ([found(Kind.PROFANITY_MILD, 0.6)], State.HELD),
    ([WORD], State.HELD),
    ([MODEL], State.HELD),
    ([SURE], State.HELD),
    ([SURE, LEAD], State.REJECTED),
    ([SURE, found(Kind.SPAM_LINKS, 0.2)], State.REJECTED),
    ([SURE, found(Kind.SPAM_LINKS, 0.1)], State.HELD),
    ([SURE, found(Kind.SPAM_CONTACT, 0.45)], State.REJECTED),
    ([SURE, found(Kind.PRIVACY_PHONE, 0.55)], State.REJECTED),
    ([SURE, found(Kind.SPAM_NAME, 0.6)], State.HELD),
    ([found(Kind.SPAM_SITE_MODEL, 0.98, strong=True)], State.HELD),
    ([found(Kind.SPAM_SITE_MODEL, 0.98, strong=True), LEAD], State.REJECTED),
    ([LEAD], State.APPROVED),
    ([found(Kind.SPAM_MODEL, 0.45)], State.APPROVED),
    ([found(Kind.SPAM_MODEL, 0.5)], State.HELD),
    ([found(Kind.SPAM_MODEL, 0.45), LEAD], State.HELD),
    ([MODEL, found(Kind.SPAM_LINKS, 0.65)], State.HELD),
    ([found(Kind.SPAM_MODEL, 0.5), found(Kind.SPAM_LINKS, 0.8), found(Kind.SPAM_PHRASES, 0.85)], State.HELD),
    ([SURE, LEAD, found(Kind.SITE_HELD_WORD, 1.0)], State.HELD),
    ([SURE, LEAD, found(Kind.CHECK_FAILED, 1.0)], State.HELD),
    ([SURE, LEAD, DEPENDABLE], State.HELD),
    ([SURE, LEAD, TRUSTED], State.HELD),
    ([found(Kind.ABUSE_MODEL, 1.0)], State.HELD),
    ([WORD, found(Kind.PROFANITY_STRONG, 0.9, strong=True)], State.HELD),
    ([WORD, MODEL], State.HELD),
    ([WORD, MODEL, LEAD], State.REJECTED),
    ([found(Kind.SITE_BLOCKED_WORD, 1.0, strong=True)], State.REJECTED),
    ([found(Kind.SITE_HELD_WORD, 1.0, strong=True)], State.HELD),
    ([found(Kind.SITE_RULE, 1.0)], State.HELD),
    ([found(Kind.SPAM_TEST, 1.0, strong=True)], State.REJECTED),
    ([found(Kind.CHECK_FAILED, 1.0)], State.HELD),
    ([WORD, MODEL, found(Kind.CHECK_TIMED_OUT, 1.0)], State.HELD),
    ([found(Kind.ABUSE_MODEL, 0.8)], State.HELD),
    ([found(Kind.ABUSE_MODEL, 0.8), DEPENDABLE], State.APPROVED),
    ([found(Kind.ABUSE_MODEL, 0.95), DEPENDABLE], State.HELD),
    ([WORD, DEPENDABLE], State.HELD),
    ([found(Kind.SPAM_LINKS, 0.7), TRUSTED], State.APPROVED),
    ([found(Kind.SPAM_LINKS, 0.95), TRUSTED], State.HELD),
    ([found(Kind.SITE_HELD_WORD, 1.0), TRUSTED], State.HELD),
    ([TRUSTED, DEPENDABLE, found(Kind.ABUSE_MODEL, 0.8)], State.APPROVED),
]


@pytest.mark.parametrize(("signals", "state"), TABLE)
def test_what_was_found_decides_the_state(signals, state):
    assert judge(signals, PolicyLimits()).state is state


def test_a_site_may_hold_everything_first():
    assert judge([], PolicyLimits(hold_everything=True)).state is State.HELD


def test_spam_beyond_doubt_says_why_and_waits_where_the_site_says_so():
    verdict = judge([SURE, found(Kind.SPAM_LINKS, 0.3)], PolicyLimits())
    assert [reason.kind for reason in verdict.reasons] == [Kind.SPAM_BEYOND_DOUBT, Kind.SPAM_LINKS]
    assert verdict.reasons[0].rule == "obvious spam (98.5%; rejected automatically from 98% on)"
    assert judge([SURE, LEAD], PolicyLimits(beyond_doubt=None)).state is State.HELD
    assert judge([SURE, LEAD], PolicyLimits(hold_everything=True)).state is State.HELD


def test_a_sure_model_that_finds_nothing_to_follow_holds_and_says_why():
    (reason,) = judge([SURE], PolicyLimits()).reasons
    assert reason.rule == "why; it has no link or contact, so a person decides"


def test_a_score_is_the_chance_that_one_finding_of_the_family_is_right():
    both = scores([found(Kind.SPAM_LINKS, 0.5), found(Kind.SPAM_MODEL, 0.5), found(Kind.CHECK_FAILED, 1.0)])
    assert both[Family.SPAM] == 0.75
    assert both[Family.ABUSE] == 0.0
