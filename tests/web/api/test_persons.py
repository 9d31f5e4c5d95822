"""A host asks what is stored of a person, for that person."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.store.db.engine import Database
from service.store.tables.comments import Comment

AUTHOR = {"name": "Dana", "email": "dana@mail.example", "id": "7"}
EXPORT = "/v1/persons/export"


@pytest.fixture
def comments(client: FlaskClient, post: Callable[..., str], settle_all: Callable[[], int]) -> list[str]:
    """Two comments of Dana, and one of Ada that Dana has reported."""
    context = {"ip": "192.0.2.7", "user_agent": "a browser"}
    other = post(text="A calm word of another person.", author={"email": "ada@mail.example"})
    mine = [post(text=f"A calm word, number {n}.", author=AUTHOR, context=context) for n in range(2)]
    settle_all()
    report = {"comment": other, "kind": "illegal", "reason": "hate", "text": "Look!", "name": "Dana", "good_faith": True}
    assert client.post("/v1/reports", json={**report, "email": "Dana+x@mail.example"}).status_code == 201
    decision = {"decision": "reject", "reason": "insult", "note": "a note among moderators"}
    assert client.post(f"/v1/comments/{mine[0]}/decision", json=decision).status_code == 200
    client.patch(f"/v1/comments/{mine[1]}", json={"text": "Other words."})
    return mine


def test_a_person_gets_their_comments_what_became_of_them_and_their_reports(client: FlaskClient, comments: list[str]) -> None:
    answer = client.post(EXPORT, json={"email": "DANA@mail.example"})
    assert answer.status_code == 200, answer.json
    first, second = answer.json["comments"]
    assert [first["id"], second["id"]] == comments
    assert first["author"] == {"name": "Dana", "url": "", "id": "7", "verified": False, "email_domain": "mail.example"}
    assert first["context"] == {"user_agent": "a browser"}
    assert [(one["from_state"], one["to_state"], one["reason"]) for one in first["decisions"]] == [
        ("approved", "rejected", "insult")
    ]
    assert [one["text"] for one in second["earlier_texts"]] == ["A calm word, number 1."]
    assert [one["text"] for one in answer.json["reports"]] == ["Look!"]
    for hidden in ("note among moderators", "another person"):
        assert hidden not in answer.text


@pytest.mark.parametrize("names", [{"author": "7"}, {"ip": "192.0.2.7"}, {"email": "dana@mail.example"}])
def test_pages_are_followed_whatever_names_the_person(client: FlaskClient, comments: list[str], names: dict[str, str]) -> None:
    page = client.post(EXPORT, json={**names, "limit": 1}).json
    assert [one["id"] for one in page["comments"]] == comments[:1]
    rest = client.post(EXPORT, json={**names, "limit": 1, "after": page["next_cursor"]}).json
    assert [one["id"] for one in rest["comments"]] == comments[1:]
    assert (rest["next_cursor"], rest["reports"]) == (None, [])


@pytest.mark.parametrize(
    "body", [{}, {"email": "dana@mail.example", "author": "7"}, {"email": "dana"}, {"ip": "x"}, {"name": "Dana"}]
)
def test_a_request_that_names_no_person_or_two_is_refused(client: FlaskClient, comments: list[str], body: dict[str, str]) -> None:
    answer = client.post(EXPORT, json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_what_was_erased_is_not_exported(client: FlaskClient, comments: list[str], database: Database) -> None:
    client.delete(f"/v1/comments/{comments[0]}")
    assert [one["id"] for one in client.post(EXPORT, json={"author": "7"}).json["comments"]] == comments[1:]
    with database.reading() as session:
        assert session.get_one(Comment, UUID(comments[0])).context == {}
