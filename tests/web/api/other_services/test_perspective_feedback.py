"""`comments:suggestscore` keeps a person's word about a text as a label, and shows the text to nobody."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.store.db.engine import Database
from service.store.learning.labels import is_spam
from service.store.tables.comments import Comment, Thread
from tests.web.api.other_services.test_perspective import error

PATH = "/v1alpha1/comments:suggestscore"


@pytest.fixture
def say(app: Flask, key: str) -> Any:
    def say(text: str, scores: dict[str, float], **more: Any) -> TestResponse:
        attributes = {name: {"summaryScore": {"value": value}} for name, value in scores.items()}
        body = {"comment": {"text": text}, "attributeScores": attributes, "languages": ["en"], **more}
        return app.test_client().post(f"{PATH}?key={key}", json=body)

    return say


def labels(database: Database) -> dict[str, str]:
    with database.reading() as session:
        found, _ = is_spam(session, "news")
        texts = dict(session.execute(select(Comment.id, Comment.text)).all())
        return {texts[label.comment_id]: label.state.value for label in found}


def test_what_a_person_says_is_a_label(say: Any, database: Database) -> None:
    assert say("One idiot.", {"TOXICITY": 1}, clientToken="comment:1").json == {"clientToken": "comment:1"}
    assert say("Two calm words.", {"TOXICITY": 0.2, "INSULT": 0}).json == {}
    assert labels(database) == {"One idiot.": "rejected", "Two calm words.": "approved"}


def test_a_later_word_about_the_same_comment_counts(say: Any, database: Database) -> None:
    for value in (1, 1, 0):
        assert say("One word.", {"TOXICITY": value}, clientToken="comment:1").status_code == 200
    assert labels(database) == {"One word.": "approved"}
    assert say("Other words.", {"TOXICITY": 1}, clientToken="comment:1").status_code == 200
    assert labels(database) == {"One word.": "approved"}


def test_a_text_that_is_too_long_to_be_stored_is_refused_and_not_cut(say: Any, database: Database) -> None:
    answer = say("word " * 2001, {"TOXICITY": 1})
    assert answer.status_code == 400
    assert "at most 10000 characters" in answer.json["error"]["message"]
    assert labels(database) == {}


def test_the_text_is_in_no_queue_and_no_feed_that_can_be_guessed(say: Any, client: FlaskClient, database: Database) -> None:
    say("A calm word.", {"TOXICITY": 0}, clientToken="comment:1")
    with database.reading() as session:
        [thread] = session.scalars(select(Thread.external_id))
        assert session.scalar(select(Comment.state)) == "approved"
    assert thread.startswith("private:")
    assert len(thread) > 40
    assert "comment" not in thread


def test_it_takes_a_key_that_may_moderate(app: Flask, say: Any, key_with: Any) -> None:
    answer = app.test_client().post(f"{PATH}?key={key_with('submit')}", json={})
    assert error(answer)[:2] == (403, "PERMISSION_DENIED")
    assert error(say("", {"TOXICITY": 1}))[2] == "COMMENT_EMPTY"
    assert error(say("A word.", {}))[:2] == (400, "INVALID_ARGUMENT")
    assert error(say("A word.", {"TOXICITY": "much"}))[:2] == (400, "INVALID_ARGUMENT")
