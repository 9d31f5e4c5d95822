"""A measure has a number only in a language in which a check takes it, and doubtful findings do not spoil the order of a model."""

import pytest

from service.domain.policy.judge import Verdict
from service.domain.policy.signals import Kind, Signal
from service.domain.policy.text_scores import Measure, is_measured, score
from service.domain.policy.verdict import TrialResult
from service.domain.states import State


def result(*found: tuple[Kind, float], language: str = "en", uncovered: str = "", deep: bool = True) -> TrialResult:
    signals = tuple(Signal(kind, value, "a rule") for kind, value in found)
    return TrialResult(Verdict(State.APPROVED), signals, language, uncovered, read_deeply=deep and language == "en")


@pytest.mark.parametrize(
    ("language", "uncovered", "measured"),
    [
        ("en", "", set(Measure)),
        ("de", "", {Measure.TOXIC, Measure.ATTACK, Measure.PROFANITY}),
        ("hi", "only coarse words", {Measure.PROFANITY}),
        ("is", "no check", set()),
        ("", "we could not tell", set()),
        ("en", "partly written in Russian", set()),
    ],
)
def test_what_is_measured_depends_on_the_language(language: str, uncovered: str, measured: set[Measure]) -> None:
    trial = result(language=language, uncovered=uncovered)
    assert {measure for measure in Measure if is_measured(measure, trial)} == measured


def test_without_the_transformer_hate_is_not_measured() -> None:
    trial = result(deep=False)
    assert not is_measured(Measure.HATE, trial)
    assert not is_measured(Measure.SEVERE, trial)
    assert is_measured(Measure.TOXIC, trial)


@pytest.mark.parametrize(
    ("found", "measure", "value"),
    [
        ([], Measure.TOXIC, 0.0),
        ([(Kind.ABUSE_MODEL, 0.02), (Kind.ABUSE_HATE, 0.3)], Measure.TOXIC, 0.02),
        ([(Kind.ABUSE_MODEL, 0.02), (Kind.ABUSE_HATE, 0.6)], Measure.TOXIC, 0.6),
        ([(Kind.ABUSE_MODEL, 0.02), (Kind.PROFANITY_STRONG, 0.9)], Measure.SEVERE, 0.0),
        ([(Kind.ABUSE_MODEL, 0.8), (Kind.PROFANITY_STRONG, 0.9)], Measure.SEVERE, 0.9),
        ([(Kind.ABUSE_MODEL, 0.8), (Kind.PROFANITY_MILD, 0.5)], Measure.PROFANITY, 0.5),
        ([(Kind.SITE_BLOCKED_WORD, 1.0)], Measure.TOXIC, 1.0),
        ([(Kind.SITE_BLOCKED_WORD, 1.0)], Measure.ATTACK, 0.0),
    ],
)
def test_a_measure_is_the_highest_of_its_findings(found: list[tuple[Kind, float]], measure: Measure, value: float) -> None:
    assert score(measure, result(*found)) == value
