"""Clients of Perspective get numbers of our checks in its form, and an error where no check measures what they ask for."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.actions.sites.word_lists import set_list
from service.store.db.engine import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATH = "/v1alpha1/comments:analyze"
#: The bodies and headers that these clients send: Coral 9 (its source), google-api-python-client 2.202.0 and perspective-api-client
#: 3.1.0 (both seen on the wire).
CORAL = b'{"comment":{"text":"You are an idiot."},"doNotStore":true,"requestedAttributes":{"TOXICITY":{}},"languages":["en"]}'
GOOGLE = b'{"comment": {"text": "You are an idiot."}, "requestedAttributes": {"TOXICITY": {}}}'
NPM = b'{"comment":{"text":"You are an idiot."},"requestedAttributes":{"TOXICITY":{},"INSULT":{}},"doNotStore":true}'
CLIENTS = {
    "coral": ("", {"Content-Type": "application/json"}, CORAL),
    "google": (
        "&alt=json",
        {"Content-Type": "application/json", "User-Agent": "(gzip)", "X-Goog-Api-Client": "gdcl/2.202.0 gl-python/3.11.7"},
        GOOGLE,
    ),
    "npm": ("", {"Content-Type": "application/json;charset=utf-8", "User-Agent": "axios/0.18.1"}, NPM),
}
ALL = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT", "SPAM")


@pytest.fixture
def ask(door: FlaskClient, key: str) -> Any:
    def ask(text: str, *names: str, **more: Any) -> TestResponse:
        kind = {"type": more.pop("type")} if "type" in more else {}
        body = {"comment": {"text": text, **kind}, "requestedAttributes": {name: {} for name in names or ("TOXICITY",)}}
        return door.post(f"{PATH}?key={key}", json={**body, **more})

    return ask


def value(answer: TestResponse, name: str = "TOXICITY") -> float:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["attributeScores"][name]["summaryScore"]["value"]


def error(answer: TestResponse) -> tuple[int, str, str]:
    found = answer.json["error"]
    assert answer.status_code == found["code"]
    assert answer.content_type == "application/json"
    return found["code"], found["status"], found.get("details", [{}])[0].get("errorType", "")


@pytest.mark.parametrize("name", CLIENTS)
def test_each_client_gets_the_number_that_it_reads(door: FlaskClient, key: str, name: str) -> None:
    query, headers, body = CLIENTS[name]
    answer = door.post(f"{PATH}?key={key}{query}", data=body, headers=headers)
    assert value(answer) > 0.8
    assert answer.json["attributeScores"]["TOXICITY"]["summaryScore"]["type"] == "PROBABILITY"
    assert answer.json["detectedLanguages"] == ["en"]


def test_the_attributes_are_told_apart(ask: Any) -> None:
    texts = {
        "INSULT": "You are an idiot.",
        "IDENTITY_ATTACK": "All muslims are vermin and should be expelled.",
        "THREAT": "I will kill you and your family.",
        "PROFANITY": "What a fucking good match that was.",
        "SPAM": "Cheap viagra, best casino bonus at https://win.example, order now!!!",
    }
    for name, text in texts.items():
        answer = ask(text, *ALL)
        assert value(answer, name) >= 0.5, (name, answer.json)
        calm = ask("I walked across the old bridge every morning for ten years.", *ALL)
        assert all(value(calm, each) < 0.2 for each in ALL)
    assert value(ask(texts["PROFANITY"], "SEVERE_TOXICITY"), "SEVERE_TOXICITY") < 0.2
    assert value(ask(texts["THREAT"], "SEVERE_TOXICITY"), "SEVERE_TOXICITY") >= 0.5


def test_the_words_of_the_site_count(ask: Any, database: Database) -> None:
    assert value(ask("A zeppelin over the bridge.")) < 0.2
    with database.writing() as session:
        set_list(session, "news", "blocked_words", ["zeppelin"])
    assert value(ask("A zeppelin over the bridge.")) >= 0.9


@pytest.mark.parametrize(
    ("text", "kind", "named"),
    [
        (
            "Þetta er ekki gott og ég er ekki sammála því sem þú segir um þetta mál.",
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            ["is"],
        ),
        ("यह बहुत अच्छा लेख है और मुझे पसंद आया", "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", ["hi"]),
        ("Ñuqaqa wasiykipi kachkani paqarinmi hamusaq kusikuywan llaqtaykiman", "LANGUAGE_DETECTION_FAILED", None),
    ],
)
def test_a_language_that_no_check_covers_is_an_error_and_no_zero(ask: Any, text: str, kind: str, named: list[str] | None) -> None:
    answer = ask(text, languages=["en"])
    assert error(answer) == (400, "INVALID_ARGUMENT", kind)
    [details] = answer.json["error"]["details"]
    if named:
        assert details["languageNotSupportedByAttributeError"] == {"detectedLanguages": named, "attribute": "TOXICITY"}
    assert ask(text, dropUnsupportedAttributes=True).json["attributeScores"] == {}


def test_a_language_that_is_covered_in_part_has_the_attributes_that_are_measured(ask: Any) -> None:
    german = "Du bist ein Idiot und das ist die Wahrheit, die du nicht hören willst."
    answer = ask(german, *ALL, dropUnsupportedAttributes=True)
    assert set(answer.json["attributeScores"]) == {"TOXICITY", "INSULT", "PROFANITY"}
    assert answer.json["detectedLanguages"] == ["de"]
    assert error(ask(german, "IDENTITY_ATTACK"))[2] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    hindi = ask("यह बहुत अच्छा लेख है और मुझे पसंद आया", *ALL, dropUnsupportedAttributes=True)
    assert set(hindi.json["attributeScores"]) == {"PROFANITY"}


def test_spans_count_utf_16_units(ask: Any) -> None:
    text = "😀😀 you idiot"
    [span] = ask(text, spanAnnotations=True).json["attributeScores"]["TOXICITY"]["spanScores"][:1]
    assert text.encode("utf-16-le")[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le").strip() in (
        "idiot",
        "you idiot",
        "you",
    )
    [whole] = ask(text).json["attributeScores"]["TOXICITY"]["spanScores"]
    assert (whole["begin"], whole["end"]) == (0, 14)


def test_html_is_read_as_readers_see_it(ask: Any) -> None:
    html = "<p>You are an <b>id</b>iot &amp; a fool.</p>"
    answer = ask(html, type="HTML", spanAnnotations=True)
    assert value(answer) > 0.8
    assert answer.json["attributeScores"]["TOXICITY"]["spanScores"][0]["end"] == len(html)


def test_what_is_wrong_is_said_in_googles_form(ask: Any, door: FlaskClient, key: str) -> None:
    assert error(ask("")) == (400, "INVALID_ARGUMENT", "COMMENT_EMPTY")
    assert error(ask("<p> </p>", type="HTML")) == (400, "INVALID_ARGUMENT", "COMMENT_EMPTY")
    assert error(ask("é" * 10_241)) == (400, "INVALID_ARGUMENT", "COMMENT_TOO_LONG")
    assert error(ask("A word.", requestedAttributes={})) == (400, "INVALID_ARGUMENT", "NO_REQUESTED_ATTRIBUTES")
    assert error(ask("A word.", "FLIRTATION")) == (400, "INVALID_ARGUMENT", "INVALID_REQUEST")
    assert error(
        ask("A word.", "FLIRTATION", dropUnsupportedAttributes=True, requestedAttributes={"INSULT": {"scoreType": "X"}})
    )[2]
    assert error(door.post(f"{PATH}?key={key}", data=b"{")) == (400, "INVALID_ARGUMENT", "INVALID_REQUEST")
    assert error(door.post(f"{PATH}?key={key}", data=b"[1]")) == (400, "INVALID_ARGUMENT", "INVALID_REQUEST")
    assert error(door.post(f"{PATH}?key={key}", data=b"x" * 70_000))[0] == 413
    assert error(door.post(f"{PATH}?key=grk_wrong", data=GOOGLE))[:2] == (401, "UNAUTHENTICATED")
    assert error(door.post(PATH, data=GOOGLE))[:2] == (401, "UNAUTHENTICATED")
    assert value(door.post(PATH, data=GOOGLE, headers={"X-Goog-Api-Key": key})) > 0.8


def test_fields_that_are_unknown_or_null_are_as_if_they_were_left_out(ask: Any) -> None:
    answer = ask(
        "You are an idiot.", languages=None, sessionId="7", context={"entries": []}, clientToken="comment:7", newField=[1]
    )
    assert value(answer) > 0.8
    assert answer.json["clientToken"] == "comment:7"
    above = ask("A calm word for you.", requestedAttributes={"TOXICITY": {"scoreThreshold": 0.9}})
    assert above.json["attributeScores"] == {}


def test_without_checks_there_is_no_score(client: FlaskClient) -> None:
    answer = client.post(PATH, data=GOOGLE)
    assert error(answer)[:2] == (503, "UNAVAILABLE")
    assert answer.headers["Retry-After"]
