"""Clients of OpenAI's moderation endpoint get the site's verdict, and scores of what is measured."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.actions.sites.word_lists import set_list
from service.domain.policy.site_policy import SitePolicy
from service.store.db.engine import Database
from service.store.tables.sites import Site
from service.web.api.other_services.openai_moderations import CATEGORIES

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATH = "/v1/moderations"
INSULT, CALM = "You are an idiot.", "I walked across the old bridge every morning for ten years."
#: Bodies and headers as openai 3.57.0 (Python) and openai 6.49.0 (npm) send them, seen on the wire.
CLIENTS = {
    "python": (b'{"model":"omni-moderation-latest","input":["You are an idiot."]}', {"user-agent": "OpenAI/Python 3.57.0"}),
    "npm": (b'{"input":"You are an idiot."}', {"user-agent": "OpenAI/JS 6.49.0"}),
}
ICELANDIC = "Þetta er ekki gott og ég er ekki sammála því sem þú segir um þetta mál."


@pytest.fixture
def ask(judging_app: Flask, key: str) -> Any:
    client = judging_app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return lambda given, **more: client.post(PATH, json={"input": given, **more})


def results(answer: TestResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.json["id"].startswith("modr-")
    assert all(set(result[part]) == set(CATEGORIES) for result in answer.json["results"] for part in PARTS)
    return answer.json["results"]


PARTS = ("categories", "category_scores", "category_applied_input_types")


@pytest.mark.parametrize("name", CLIENTS)
def test_each_client_gets_what_it_reads(door: FlaskClient, key: str, name: str) -> None:
    body, headers = CLIENTS[name]
    sent = {"content-type": "application/json", "accept": "application/json", "authorization": f"Bearer {key}"}
    [result] = results(door.post(PATH, data=body, headers=headers | sent))
    assert result["flagged"] is True
    assert result["categories"]["harassment"] is True
    assert result["category_scores"]["harassment"] > 0.8


def test_what_no_check_measures_is_null_and_named(ask: Any) -> None:
    [result] = results(ask(CALM))
    assert result["flagged"] is False
    assert result["greenroom"] == {
        "state": "approved", "reasons": [], "measured": ["harassment", "harassment/threatening", "hate"], "language": "en",
    }  # fmt: skip
    for name in CATEGORIES:
        measured = name in result["greenroom"]["measured"]
        assert result["categories"][name] is (False if measured else None)
        assert (result["category_scores"][name] is not None) is measured
        assert result["category_applied_input_types"][name] == (["text"] if measured else [])


def test_each_text_has_its_result_in_order(ask: Any) -> None:
    found = results(ask([CALM, INSULT, "I will kill you and your family.", "All muslims are vermin and should be expelled."]))
    assert [one["flagged"] for one in found] == [False, True, True, True]
    assert found[2]["categories"]["harassment/threatening"] is True
    assert found[3]["categories"]["hate"] is True
    [joined] = results(ask([{"type": "text", "text": "You are"}, {"type": "text", "text": "an idiot."}]))
    assert joined["flagged"] is True


def test_the_sites_policy_says_what_is_flagged(ask: Any, database: Database) -> None:
    with database.writing() as session:
        set_list(session, "news", "blocked_words", ["zeppelin"])
    [result] = results(ask("A zeppelin over the bridge."))
    assert (result["flagged"], result["greenroom"]["state"]) == (True, "rejected")
    assert result["greenroom"]["reasons"][0]["code"] == "site.blocked_word"
    assert not any(result["categories"].values())


def test_a_language_that_no_check_covers_is_an_error_and_not_false(ask: Any, database: Database) -> None:
    answer = ask([CALM, ICELANDIC])
    assert answer.status_code == 400
    error = answer.json["error"]
    assert (error["code"], error["param"], error["type"]) == ("language_not_supported", "input.1", "invalid_request_error")
    assert "Icelandic" in error["message"]
    with database.writing() as session:
        site = session.get_one(Site, "news")
        site.policy = SitePolicy(site.policy).changed(languages=["is"])
    [result] = results(ask(ICELANDIC))
    assert (result["flagged"], result["greenroom"]["measured"], result["greenroom"]["language"]) == (False, [], "is")
    [german] = results(ask("Du bist ein Idiot und das ist die Wahrheit, die du nicht hören willst."))
    assert (german["categories"]["harassment"], german["categories"]["hate"]) == (True, None)


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ("", "blank", "input"),
        ([], "type", "input"),
        (7, "type", "input"),
        ([CALM, 7], "blank", "input.1"),
        ([CALM] * 33, "too_many", "input"),
        ("x" * 20_001, "too_long", "input"),
        ("\ud800", "encoding", "input"),
        ([{"type": "image_url", "image_url": {"url": "https://news.example/a.png"}}], "image", "input.0.type"),
        ([{"type": "sound"}], "type", "input.0.type"),
    ],
)
def test_what_is_wrong_is_said_in_openais_form(ask: Any, given: Any, code: str, param: str) -> None:
    answer = ask(given)
    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert (answer.json["error"]["code"], answer.json["error"]["param"]) == (code, param)


def test_a_wrong_key_and_a_full_minute_are_said_in_openais_form(ask: Any, door: FlaskClient, judging_app: Flask) -> None:
    wrong = door.post(PATH, json={"input": CALM}, headers={"Authorization": "Bearer sk-1"})
    assert (wrong.status_code, wrong.json["error"]["type"]) == (401, "authentication_error")
    quota = judging_app.extensions["greenroom"].settings.rate_per_minute
    first = ask([CALM] * 5).headers["RateLimit"]
    assert f"r={quota - 5};" in first


def test_without_checks_there_is_no_verdict(client: FlaskClient) -> None:
    answer = client.post(PATH, json={"input": CALM})
    assert (answer.status_code, answer.json["error"]["type"]) == (503, "server_error")
