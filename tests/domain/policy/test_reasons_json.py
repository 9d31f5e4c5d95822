"""Reasons survive a round trip through JSON, and say plainly if a check did not finish."""

import json

import pytest

from service.domain.policy.reasons_json import as_reason, as_reasons, from_reason
from service.domain.policy.signals import Field, Kind, Signal, Span

STRONG = Signal(
    Kind.PROFANITY_STRONG,
    0.9,
    "strong profanity: bastard",
    spans=(Span(4, 11, "b4st@rd", "bastard"), Span(0, 3, "Ted", field=Field.AUTHOR_NAME)),
    strong=True,
    check="profanity",
)


def test_a_signal_survives_the_way_through_json():
    assert from_reason(json.loads(json.dumps(as_reason(STRONG)))) == STRONG


def test_a_reason_carries_the_matched_text_and_what_it_was_read_as():
    span = as_reason(STRONG)["spans"][0]
    expected = {"start": 4, "end": 11, "unit": "codepoint", "text": "b4st@rd", "read_as": "bastard", "field": "text"}
    assert span == expected


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.CHECK_FAILED, "failed"),
        (Kind.CHECK_TIMED_OUT, "timed_out"),
        (Kind.NOT_CHECKED, "not_run"),
        (Kind.SPAM_LINKS, "ran"),
    ],
)
def test_a_check_that_never_finished_says_so(kind, status):
    assert as_reason(Signal(kind, 1.0, "what happened"))["status"] == status


def test_contributions_of_one_family_add_up_to_one():
    links, model = Signal(Kind.SPAM_LINKS, 0.6, "2 links"), Signal(Kind.SPAM_MODEL, 0.2, "looks like spam")
    reasons = as_reasons([model, STRONG, links])
    assert [r["code"] for r in reasons] == ["profanity.strong", "spam.links", "spam.model"]
    assert sum(r["contribution"] for r in reasons[1:]) == pytest.approx(1.0, abs=1e-3)
    assert reasons[0]["contribution"] == 1.0


def test_what_was_never_a_reason_is_refused():
    with pytest.raises(ValueError):
        from_reason({"code": "no.such", "score": 1, "rule": ""})
