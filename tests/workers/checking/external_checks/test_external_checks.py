"""External checks against real servers: what they are asked, how their signals count, and what they hear of decisions."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from service.actions.moderation.decide import Actor, Ruling, decide, undo
from service.config import Settings
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from tests.support.webhook_receiver import Receiver
from tests.workers.checking.external_checks.services import AKISMET, CALM, UNSURE, check_row, judged, says, set_check
from workers.checking.external_feedback import send_feedback
from workers.resources.worker_resources import WorkerResources


def test_akismet_is_asked_what_it_needs_and_its_word_holds(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("true")
    set_check(database, settings, "akismet", at.url, **AKISMET)
    (verdict,) = judged(database, resources, UNSURE.format("blue"), author={"name": "Ada", "email": "ada@mail.example"})
    assert verdict.state == State.HELD
    first = verdict.reasons[0]
    assert (first["code"], first["check"], first["status"]) == ("spam.external", "akismet", "ran")
    (asked,) = at.receipts
    told = parse_qs(asked.body.decode())
    assert told["api_key"] == ["0123456789ab"]
    assert told["blog"] == ["https://news.example"]
    assert told["comment_content"] == ["Damn, the blue bus was late again."]
    assert b"ada%40mail" not in asked.body
    at.behaviour = says("false")
    assert judged(database, resources, UNSURE.format("red"))[0].state == State.APPROVED
    assert check_row(database).requests_today == 2


@pytest.mark.parametrize("name", ["\ud800 harm", "\0 harm"], ids=["half a character", "NUL"])
def test_whatever_a_service_calls_it_the_comment_gets_its_verdict(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings, name: str
) -> None:
    result = {"flagged": True, "categories": {name: True}, "category_scores": {name: 0.9}}
    at.behaviour = says(json.dumps({"results": [result]}))
    set_check(database, settings, "moderation", at.url, secret="sk-of-nobody", ask_when="all")
    (verdict,) = judged(database, resources, CALM.format("blue"))
    assert verdict.state == State.HELD
    assert verdict.reasons[0]["rule"].isprintable()
    assert "harm" in verdict.reasons[0]["rule"]


def test_a_moderation_endpoint_names_the_harm(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    result = {
        "flagged": True,
        "categories": {"harassment": True, "hate": False},
        "category_scores": {"harassment": 0.93, "hate": 0.99},
    }
    at.behaviour = says(json.dumps({"results": [result]}))
    set_check(database, settings, "moderation", at.url, secret="sk-of-nobody", model="omni")
    (verdict,) = judged(database, resources, UNSURE.format("blue"))
    assert verdict.reasons[0]["rule"] == "the moderation service says harassment (93%)"
    (asked,) = at.receipts
    assert (asked.headers["authorization"], asked.told) == (
        "Bearer sk-of-nobody",
        {"model": "omni", "input": "Damn, the blue bus was late again."},
    )


def test_an_own_check_is_asked_with_a_signature_and_two_strong_findings_reject(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    finding = {"family": "spam", "score": 0.8, "rule": "known to our\nshop", "strong": True}
    at.behaviour = says(json.dumps({"findings": [finding, finding | {"family": "abuse"}]}))
    secret = set_check(database, settings, "own", at.url)
    assert secret.startswith("whsec_")
    assert check_row(database).secret != secret
    (verdict,) = judged(database, resources, UNSURE.format("blue"))
    assert verdict.state == State.REJECTED
    assert {reason["rule"] for reason in verdict.reasons} == {"known to our shop"}
    (asked,) = at.receipts
    assert asked.verified_with(secret)
    assert asked.told["data"]["text"] == "Damn, the blue bus was late again."


def test_only_what_our_own_checks_are_unsure_of_leaves_the_machine_unless_a_site_says_all(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("false")
    judged(database, resources, UNSURE.format("blue"), CALM.format("blue"))
    assert at.receipts == []
    set_check(database, settings, "akismet", at.url, **AKISMET)
    judged(database, resources, UNSURE.format("red"), CALM.format("red"))
    assert len(at.receipts) == 1
    set_check(database, settings, "akismet", at.url, ask_when="all")
    judged(database, resources, UNSURE.format("green"), CALM.format("green"))
    assert len(at.receipts) == 3


def test_what_no_check_of_ours_can_read_is_asked_about_and_waits_whatever_is_answered(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings
) -> None:
    at.behaviour = says("false")
    set_check(database, settings, "akismet", at.url, **AKISMET)
    (verdict,) = judged(database, resources, "मुझे लगता है कि परिषद सही है।")
    assert len(at.receipts) == 1
    assert (verdict.state, verdict.reasons[0]["code"]) == (State.HELD, "site.language_not_covered")


def test_nothing_private_is_asked(database: Database, resources: WorkerResources, at: Receiver, settings: Settings) -> None:
    set_check(database, settings, "akismet", at.url.replace("127.0.0.1", "localhost"), **AKISMET)
    strict = WorkerResources.open(replace(settings, webhook_allow=()))
    (verdict,) = judged(database, strict, UNSURE.format("blue"))
    strict.close()
    assert "the address is private" in verdict.reasons[0]["rule"]
    assert at.receipts == []


def test_akismet_hears_of_the_decisions_that_contradict_it_once(
    database: Database, resources: WorkerResources, at: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.behaviour = says("true")
    set_check(database, settings, "akismet", at.url, **AKISMET)
    called, taken_back = judged(database, resources, UNSURE.format("blue"), UNSURE.format("red"))
    at.behaviour = says("false")
    missed, insult = judged(database, resources, UNSURE.format("green"), UNSURE.format("grey"))
    rulings = [
        (called, State.APPROVED, ""),
        (taken_back, State.APPROVED, ""),
        (missed, State.REJECTED, "spam"),
        (insult, State.REJECTED, "insult"),
    ]
    with database.writing() as session:
        decided = decide(
            session, "news", [Ruling(v.comment_id, state, None, reason) for v, state, reason in rulings],
            actor=Actor(key_id=new_id()), now=datetime.now(UTC), delay=timedelta(0),
        )  # fmt: skip
        undo(session, "news", [decided[1].decision_id], actor=Actor(key_id=new_id()), now=datetime.now(UTC), delay=timedelta(0))
    before = len(at.receipts)
    monkeypatch.setattr("workers.checking.external_feedback.SETTLED", timedelta(hours=1))
    assert send_feedback(resources) == 0
    monkeypatch.setattr("workers.checking.external_feedback.SETTLED", timedelta(0))
    assert [send_feedback(resources), send_feedback(resources)] == [2, 0]
    told = {parse_qs(receipt.body.decode())["comment_content"][0]: receipt.path for receipt in at.receipts[before:]}
    assert told == {UNSURE.format("blue"): "/hook/submit-ham", UNSURE.format("green"): "/hook/submit-spam"}
