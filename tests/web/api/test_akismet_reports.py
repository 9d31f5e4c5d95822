"""A report of spam or ham by an Akismet client is a decision: of a comment that was checked, and of one that never was."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.store.db.engine import Database
from service.store.learning.labels import is_spam
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState

pytestmark = pytest.mark.usefixtures("no_audit")

CALM = {
    "user_ip": "192.0.2.1",
    "comment_content": "What a thoughtful article, thank you.",
    "comment_author": "Dana",
    "permalink": "https://news.example/a",
}


def said(response) -> str:
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_a_report_is_a_decision(plugin: FlaskClient, client: FlaskClient, token: str, settle_all: Callable) -> None:
    plugin.post("/1.1/comment-check", data=CALM | {"api_key": token})
    settle_all()
    for path, state in (("submit-spam", "rejected"), ("submit-ham", "approved"), ("submit-ham", "approved")):
        thanks = said(plugin.post(f"/1.1/{path}", data=CALM | {"api_key": token}))
        assert thanks == "Thanks for making the web a better place."
        assert client.get("/v1/comments").json["comments"][0]["state"] == state
    unknown = CALM | {"api_key": token, "comment_content": "Never seen."}
    assert said(plugin.post("/1.1/submit-spam", data=unknown)) == "Thanks for making the web a better place."


def last_decision(database: Database) -> tuple[str, str, str, str] | None:
    with database.reading() as session:
        columns = (Comment.text, Comment.state, Decision.from_state, Decision.reason)
        row = session.execute(select(*columns).join(Decision)).one_or_none()
        return tuple(row) if row else None


@pytest.mark.parametrize(("path", "state", "reason"), [("submit-spam", "rejected", "spam"), ("submit-ham", "approved", "")])
def test_a_report_about_a_comment_that_was_never_checked_is_a_label(
    plugin: FlaskClient, token: str, database: Database, path: str, state: str, reason: str
) -> None:
    old = CALM | {"api_key": token, "comment_ID": "7", "comment_date_gmt": "2021-03-01 10:00:00", "reporter": "admin"}
    for _ in range(2):
        assert said(plugin.post(f"/1.1/{path}", data=old)) == "Thanks for making the web a better place."
    assert last_decision(database) == (CALM["comment_content"], state, "pending", reason)
    # A report without a text is about nothing.
    assert said(plugin.post(f"/1.1/{path}", data={"api_key": token, "comment_author": "Dana"})).startswith("Thanks")
    with database.reading() as session:
        [comment] = session.scalars(select(Comment))
        assert [label.state for label in is_spam(session, "news")[0]] == [comment.state]
        assert set(session.scalars(select(Event.state))) <= {EventState.DUE}


def test_ham_that_the_checks_approved_is_a_label_too(
    plugin: FlaskClient, token: str, database: Database, settle_all: Callable, client: FlaskClient
) -> None:
    plugin.post("/1.1/comment-check", data=CALM | {"api_key": token})
    settle_all()
    for _ in range(2):
        plugin.post("/1.1/submit-ham", data=CALM | {"api_key": token})
    assert last_decision(database) == (CALM["comment_content"], "approved", "approved", "")
