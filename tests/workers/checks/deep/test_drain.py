"""The transformer in a batch: it only holds, it reads what is left to decide, and a comment that it missed says so."""

from collections.abc import Callable

import pytest

from service.domain.policy.check_input import CheckInput, Circumstances
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from workers.checks import signals_of
from workers.checks.deep.drain import read_deeply
from workers.checks.deep.findings import is_read
from workers.checks.deep.transformer import Transformer, lacking, shipped_transformer

HATE = "All Muslims are vermin, we must keep them out of this country."
Load = Callable[[], Transformer | None]
installed = pytest.mark.skipif(bool(lacking()), reason=lacking())


def broken() -> Transformer | None:
    raise OSError("a bad file")


def signals(text: str, load: Load = shipped_transformer, *, seconds: float = 9.0, waits: bool = False) -> tuple[Signal, ...]:
    reading = CheckInput(text, unread_waits=waits)
    cheap = signals_of(reading)
    [found] = read_deeply([reading], [cheap], settled=lambda _: False, seconds=seconds, load=load)
    return found


def test_without_the_transformer_nothing_changes() -> None:
    assert signals(HATE, lambda: None, waits=True) == signals_of(CheckInput(HATE))
    assert signals(HATE, broken, seconds=0.0, waits=True) == signals_of(CheckInput(HATE))


@pytest.mark.parametrize(
    ("load", "seconds", "why"),
    [(shipped_transformer, 1e-9, "there was no time to read it"), (broken, 9.0, "failed (OSError)")],
)
@pytest.mark.parametrize("waits", [False, True])
def test_what_was_not_read_says_so_and_waits_if_the_site_wants_that(load: Load, seconds: float, why: str, waits: bool) -> None:
    found = signals("A calm word about the harbour.", load, seconds=seconds, waits=waits)
    verdict = judge(found, PolicyLimits())
    assert verdict.state is (State.HELD if waits else State.APPROVED)
    assert [why in reason.rule for reason in verdict.reasons if reason.kind is Kind.NOT_READ] == [True]


def test_a_comment_that_the_cheap_checks_rejected_is_not_read() -> None:
    [found] = read_deeply([CheckInput(HATE)], [()], settled=lambda _: True, load=broken)
    assert found == ()


@pytest.mark.parametrize(
    ("text", "language", "is_english"),
    [
        ("The council is right about this.", "", True),
        ("lol", "", True),
        ("The council is right about this.", "en-GB", True),
        ("The council is right about this.", "de", False),
        ("Das ist nicht die Meinung, die ich von der Zeitung habe.", "", False),
        ("मुझे लगता है कि परिषद सही है।", "", False),
    ],
)
def test_only_english_is_read(text: str, language: str, is_english: bool) -> None:
    assert is_read(CheckInput(text, circumstances=Circumstances(language=language))) is is_english


@installed
def test_hate_is_held_never_rejected_and_the_reason_names_its_words() -> None:
    found = signals(HATE)
    verdict = judge(found, PolicyLimits())
    assert verdict.state is State.HELD
    [reason] = [reason for reason in verdict.reasons if reason.kind is Kind.ABUSE_HATE]
    assert reason.rule.startswith("attacks a group of people: '")
    assert not reason.strong
    assert all(HATE[span.start : span.end] == span.text for span in reason.spans)


@installed
@pytest.mark.parametrize("group", ["Muslims", "gay people", "immigrants", "disabled people", "women", "Jews", "trans people"])
@pytest.mark.parametrize("says", ["{} live on our street.", "I am glad that {} are here.", "{} came to the meeting on Tuesday."])
def test_a_groups_name_is_no_signal(group: str, says: str) -> None:
    assert Kind.ABUSE_HATE not in {reason.kind for reason in judge(signals(says.format(group)), PolicyLimits()).reasons}


@installed
@pytest.mark.parametrize("group", ["Muslims", "old women", "Peruvians"])
@pytest.mark.parametrize("says", ["The world would be poorer without {} like you.", "Where would we be without {}?"])
def test_praise_by_what_would_be_lacking_is_not_held(group: str, says: str) -> None:
    assert judge(signals(says.format(group)), PolicyLimits()).state is State.APPROVED
    both = judge(signals(f"{says.format(group)} {HATE}"), PolicyLimits())
    assert both.state is State.HELD


@installed
def test_disguised_hate_is_read_as_it_is_meant() -> None:
    found = signals("All Мuslims are vеrmin, they should be thrоwn out of this country.")
    assert Kind.ABUSE_HATE in {reason.kind for reason in judge(found, PolicyLimits()).reasons}


@installed
def test_what_is_left_out_of_a_long_comment_is_said() -> None:
    [left_out] = [signal for signal in signals("The council meets again on Thursday. " * 80) if signal.kind is Kind.NOT_READ]
    assert left_out.rule.startswith("only the first ")
    assert left_out.score == 0
