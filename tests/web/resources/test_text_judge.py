"""Few texts are judged at once, and what a check did not read has no verdict."""

import threading

import pytest

from service.domain.errors import Unavailable
from service.domain.policy.judge import Verdict
from service.domain.policy.signals import Kind, Signal
from service.domain.policy.verdict import TrialResult
from service.domain.states import State
from service.web.resources.text_judge import TextJudge, text_alone

TEXT = text_alone("news", "A calm word.")
CALM = TrialResult(Verdict(State.APPROVED))


def test_a_text_beyond_the_places_is_refused_and_the_place_is_free_again() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(_: object) -> TrialResult:
        begun.set()
        go_on.wait(30)
        return CALM

    judge = TextJudge(slowly, places=1)
    first = threading.Thread(target=judge.judge, args=([TEXT],))
    first.start()
    begun.wait(30)
    with pytest.raises(Unavailable, match="too many"):
        judge.judge([TEXT])
    go_on.set()
    first.join(30)
    assert judge.judge([TEXT, TEXT]) == [CALM, CALM]


def test_a_check_that_failed_leaves_no_verdict() -> None:
    failed = Signal(Kind.CHECK_FAILED, 1.0, "the links check failed", check="links")
    judge = TextJudge(lambda _: TrialResult(Verdict(State.HELD), (failed,), failures=(failed,)), places=1)
    with pytest.raises(Unavailable, match="not judged"):
        judge.judge([TEXT])


def test_a_text_without_nul_is_the_same() -> None:
    assert text_alone("news", "A\0calm word.", language="de").draft.text == "A calm word."
