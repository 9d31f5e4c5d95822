"""Every check runs; a failing or slow one gives a signal, and nothing is published because of it."""

from time import thread_time

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.policy.check_input import Author, CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from workers.checks import CHECKS, run, signals_of, signals_of_each
from workers.checks.standalone import check_line, check_lines


def test_a_check_that_breaks_becomes_a_signal_and_the_others_still_speak():
    def broken(prepared):
        raise RuntimeError("no such thing")

    signals = run.run(CheckInput("hello"), {"broken": broken, **CHECKS})
    assert [s.kind for s in signals][0] is Kind.CHECK_FAILED
    assert signals[0].check == "broken"
    assert judge(signals, PolicyLimits()).state is State.HELD


def test_a_slow_check_is_told_and_its_findings_are_kept(monkeypatch):
    monkeypatch.setattr(run, "BUDGET", 0.01)

    def slow(prepared):
        until = thread_time() + 0.02
        while thread_time() < until:
            pass
        yield Signal(Kind.SPAM_LINKS, 0.1, "a link")

    kinds = [s.kind for s in run.run(CheckInput("hello"), {"slow": slow})]
    assert kinds == [Kind.SPAM_LINKS, Kind.CHECK_TIMED_OUT]


def test_comments_that_are_read_together_are_read_as_each_alone():
    texts = ("a calm word", "you b4st@rd", "buy now at www.example.com", "half a character \ud800", "x" * 40) * 9
    readings = [CheckInput(f"{text} {at}", author=Author(name=f"reader {at}")) for at, text in enumerate(texts)]
    together = run.run_each(readings, CHECKS)
    assert together == [signals_of(reading) for reading in readings] == signals_of_each(readings)
    assert [s.kind for s in together[3]] == [Kind.CHECK_FAILED]
    assert signals_of_each([]) == []


def test_a_slow_comment_takes_no_time_from_those_that_are_read_with_it(monkeypatch):
    signals_of(CheckInput("warm"))
    monkeypatch.setattr(run, "BUDGET_OF_ALL", 0.2)

    def slow(prepared):
        until = thread_time() + 0.3 * prepared.reading.text.startswith("slow")
        while thread_time() < until:
            pass
        return ()

    found = run.run_each([CheckInput("calm"), CheckInput("slow"), CheckInput("calm, too")], {"slow": slow, "later": slow})
    assert [[s.kind for s in each] for each in found] == [[], [Kind.NOT_CHECKED], []]


def test_the_test_name_is_always_spam():
    signals = signals_of(CheckInput("a friendly word", author=Author(name="viagra-test-123")))
    assert judge(signals, PolicyLimits()).state is State.REJECTED


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=40))
def test_no_text_breaks_a_check(text, name):
    reading = CheckInput(text, author=Author(name=name, url=name))
    signals = signals_of(reading)
    assert signals == signals_of(reading)
    assert not any(s.kind is Kind.CHECK_FAILED for s in signals)


def test_a_calm_comment_is_approved_and_an_advertisement_is_not():
    assert check_line("I think the council got this right, for once.")["state"] == "approved"
    pitch = {
        "text": "Great post! I will bookmark your blog.",
        "name": "cheap viagra online",
        "url": "http://cheap-viagra.example.biz",
    }
    assert check_line(pitch)["state"] != "approved"


def test_the_reasons_are_what_led_to_the_verdict_and_the_rest_is_told_on_request():
    calm = check_line("Damn, the bus was late again.", verbose=True)
    assert (calm["state"], calm["reasons"]) == ("approved", [])
    assert {"profanity.mild", "spam.model", "abuse.model"} <= {finding["code"] for finding in calm["findings"]}
    held = check_line("you b4st@rd")
    assert held["reasons"][0]["spans"][0]["read_as"] == "bastard"
    assert all(reason["score"] >= 0.5 for reason in held["reasons"])
    assert "findings" not in held


def test_each_line_in_gives_one_line_out_in_order():
    out = list(check_lines(['{"text": "hello"}', "not json", '"shit"', "[1]"]))
    assert ["state" in line for line in out] == [True, False, True, False]
    assert ["error" in line for line in out] == [False, True, False, True]
