"""Custom rules: a rule matches as written, gives its reason, and can be tried on past comments."""

from datetime import date

import pytest

from service.domain.errors import Invalid
from service.domain.policy.check_input import CheckInput, Circumstances, History, Page
from service.domain.policy.custom_rules import (
    BackTest,
    CustomRule,
    Facts,
    Mode,
    PastComment,
    RuleSubject,
    back_test,
    in_shadow,
    matches_of,
)
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind
from service.domain.states import State
from workers.checks import signals_of

TABLE = [
    (CustomRule(RuleSubject.LINKS, "1"), Facts("x", links=2), Facts("x", links=1)),
    (CustomRule(RuleSubject.NEW_AUTHOR, "3"), Facts("x", approved=2), Facts("x", approved=3)),
    (CustomRule(RuleSubject.FIRST_COMMENT), Facts("x", first=True), Facts("x")),
    (CustomRule(RuleSubject.WORDS, "elect*, free * now"), Facts("The elections!"), Facts("select")),
    (CustomRule(RuleSubject.WORDS, "elect*, free * now"), Facts("Free, beer now"), Facts("free now")),
    (CustomRule(RuleSubject.OLD_THREAD, "14"), Facts("x", thread_days=20.0), Facts("x", thread_days=3.0)),
    (CustomRule(RuleSubject.LANGUAGE, "en, fr"), Facts("x", language="ru"), Facts("x", language="en-GB")),
    (CustomRule(RuleSubject.LANGUAGE, "en, hi-Latn"), Facts("x", language="hi"), Facts("x", language="hi-Latn")),
    (CustomRule(RuleSubject.LANGUAGE, "en, no"), Facts("x", language="sv"), Facts("x", language="nb-NO")),
    (CustomRule(RuleSubject.IN_LANGUAGE, "hi-Latn"), Facts("x", language="hi-Latn"), Facts("x", language="hi")),
    (CustomRule(RuleSubject.IN_LANGUAGE, "hi"), Facts("x", language="hi-Latn"), Facts("x", language="ur-Latn")),
    (CustomRule(RuleSubject.WORDS, "election, the mayor"), Facts("Ask The Mayor!"), Facts("no mayors, no elections")),
    (CustomRule(RuleSubject.WORDS, "mayor"), Facts("The mayor's speech"), Facts("a mayoral speech")),
    (CustomRule(RuleSubject.WORDS, "schön, Straße"), Facts("Die STRASSE"), Facts("Ist das schon alles?")),
    (CustomRule(RuleSubject.WORDS, "मोदी"), Facts("श्री मोदी जी"), Facts("मोद")),
    (CustomRule(RuleSubject.WORDS, "选举*"), Facts("今年的选举很重要"), Facts("今年的很重要")),
    (CustomRule(RuleSubject.WORDS, "mayor", thread="t1"), Facts("mayor", thread="t1"), Facts("mayor", thread="t2")),
]


@pytest.mark.parametrize(("rule", "held", "free"), TABLE)
def test_a_rule_holds_what_it_says_and_nothing_else(rule, held, free):
    assert rule.why(held)
    assert not rule.why(free)


def test_only_live_rules_hold_and_those_in_shadow_are_counted():
    live, shadow, off = (CustomRule(RuleSubject.LINKS, "0", mode) for mode in (Mode.LIVE, Mode.SHADOW, Mode.OFF))
    facts = Facts("x", links=1)
    assert len(matches_of([live, shadow, off], facts)) == 1
    assert in_shadow([live, shadow, off], facts) == (shadow,)


def test_a_back_test_tells_what_would_have_changed():
    past = [
        PastComment(Facts("x", links=2), State.APPROVED),
        PastComment(Facts("x", links=2), State.APPROVED, State.APPROVED),
        PastComment(Facts("x", links=3), State.REJECTED, State.REJECTED),
        PastComment(Facts("x"), State.APPROVED),
    ]
    expected = BackTest(4, 3, published_before=2, moderators_had_approved=1, moderators_had_rejected=1, matches=tuple(past[:3]))
    assert back_test(CustomRule(RuleSubject.LINKS, "1", Mode.OFF), past) == expected


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"about": "moon"}, "/about"),
        ({"about": "links", "value": "many"}, "/value"),
        ({"about": "words", "value": " "}, "/value"),
        ({"about": "links", "value": "1", "mode": "maybe"}, "/mode"),
    ],
)
def test_a_rule_that_makes_no_sense_names_the_field(given, pointer):
    with pytest.raises(Invalid) as refused:
        CustomRule.parse(given)
    assert refused.value.faults[0].pointer == pointer


def test_a_live_rule_speaks_among_the_checks():
    rule = CustomRule.parse({"about": "old_thread", "value": "7", "mode": "live"})
    reading = CheckInput("A calm word", page=Page(days=30.0), history=History(approved=9), rules=(rule,))
    assert Kind.SITE_RULE in {s.kind for s in signals_of(reading)}


@pytest.mark.parametrize(("word", "text"), [
    ("schön", "Das ist schön."), ("район", "Наш район хороший, и это точно так"), ("élection", "L'élection de mai"), ("मोदी", "श्री मोदी जी"),
    ("选举", "今年的选举很重要"), ("casino", "the c\u0430s\u0456no again"), ("casino", "the ca<b>sino</b> again"),
])  # fmt: skip
def test_a_live_rule_finds_its_words_in_every_script_and_through_disguises(word: str, text: str) -> None:
    rule = CustomRule.parse({"about": "words", "value": word, "mode": "live"})
    assert Kind.SITE_RULE in {s.kind for s in signals_of(CheckInput(text, rules=(rule,)))}
    assert Kind.SITE_RULE not in {s.kind for s in signals_of(CheckInput("Das ist schon alles", rules=(rule,)))}


@pytest.mark.parametrize(("word", "text"), [("schon", "Das ist so schön."), ("cote", "Le côté gauche")])
def test_a_live_rule_takes_no_accent_for_a_disguise(word: str, text: str) -> None:
    rule = CustomRule.parse({"about": "words", "value": word, "mode": "live"})
    assert Kind.SITE_RULE not in {s.kind for s in signals_of(CheckInput(text, rules=(rule,)))}


def test_a_first_comment_is_one_of_somebody_of_whom_nothing_was_decided_yet():
    rule = CustomRule.parse({"about": "first_comment", "value": "whatever", "mode": "live"})
    assert rule.value == ""
    for history, held in ((History(vouched=True), True), (History(approved=1, vouched=True), False), (History(approved=9), True)):
        found = {s.kind for s in signals_of(CheckInput("A calm word", history=history, rules=(rule,)))}
        assert (Kind.SITE_RULE in found) is held


def test_a_language_that_no_host_names_is_recognised_and_one_that_is_named_counts():
    rule = CustomRule.parse({"about": "language", "value": "en", "mode": "live"})
    german = "Ich finde, dass der Stadtrat das nicht richtig gemacht hat."
    for language, held in (("", True), ("en", False)):
        reading = CheckInput(german, circumstances=Circumstances(language=language), rules=(rule,))
        assert (Kind.SITE_RULE in {s.kind for s in signals_of(reading)}) is held


def test_a_rule_needs_all_its_conditions_and_ends_after_its_last_day():
    given = {"about": "words", "value": "lottery", "also": [{"about": "links", "value": "0"}], "until": "2026-03-01"}
    rule = CustomRule.parse({**given, "outcome": "reject"})
    assert rule.why(Facts("the lottery", links=1, day=date(2026, 3, 1))) == "contains lottery; also 1 links (this site allows 0)"
    assert not rule.why(Facts("the lottery", links=0, day=date(2026, 3, 1)))
    assert not rule.why(Facts("the lottery", links=1, day=date(2026, 3, 2)))


def _judged(text: str, *rules: dict, hold_everything: bool = False) -> State:
    reading = CheckInput(text, rules=tuple(CustomRule.parse({"mode": "live", **rule}) for rule in rules))
    return judge(tuple(signals_of(reading)), PolicyLimits(hold_everything=hold_everything)).state


def test_a_rule_rejects_alone_since_it_is_the_site_s_own_word():
    assert _judged("The lottery was fun.", {"about": "words", "value": "lottery", "outcome": "reject"}) is State.REJECTED


def test_a_rule_approves_what_would_only_have_waited_for_everybody():
    approve = {"about": "words", "value": "fun, street, wh0re, fuck*", "outcome": "approve"}
    assert _judged("The lottery was fun.", approve, hold_everything=True) is State.APPROVED
    assert _judged("I know where you live and I will break your legs, street.", approve) is not State.APPROVED
    assert _judged("You fucking whore, this is fun.", approve) is not State.APPROVED
    hold = {"about": "words", "value": "lottery", "outcome": "hold"}
    assert _judged("The lottery was fun.", approve, hold) is State.HELD
