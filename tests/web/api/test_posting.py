"""A host posts comments: stored once, confirmed correctly, or refused with the name of the field."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.config import Settings
from service.domain.states import State
from service.store.comments.idempotency import delete_expired
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

BODY = {"thread": {"id": "https://news.example/a?b=c"}, "text": "A calm word."}


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment))


def test_a_comment_is_taken_and_its_address_is_given(client: FlaskClient) -> None:
    response = client.post("/v1/comments", json=BODY)
    assert response.status_code == 202
    assert UUID(response.json["id"]).version == 7
    assert response.headers["Location"] == f"/v1/comments/{response.json['id']}"
    assert response.json["url"] == f"http://greenroom.example/v1/comments/{response.json['id']}"
    assert (response.json["state"], response.json["version"]) == ("pending", 0)
    assert response.json["thread"] == {"id": BODY["thread"]["id"]}
    assert client.get(response.json["links"]["self"]).json["thread"]["id"] == BODY["thread"]["id"]


def test_the_same_key_and_body_get_the_same_answer_and_one_comment(client: FlaskClient, database: Database) -> None:
    first, again = (client.post("/v1/comments", json=BODY, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert stored(database) == 1


def test_a_key_is_forgotten_after_a_day(client: FlaskClient, database: Database) -> None:
    first = client.post("/v1/comments", json=BODY, headers={"Idempotency-Key": "once"})
    for hours, forgotten in ((23, 0), (25, 1)):
        with database.writing() as session:
            assert delete_expired(session, now=datetime.now(UTC) + timedelta(hours=hours)) == forgotten
    again = client.post("/v1/comments", json=BODY, headers={"Idempotency-Key": "once"})
    assert again.json["id"] != first.json["id"]


def test_the_same_key_with_another_body_is_refused(client: FlaskClient) -> None:
    client.post("/v1/comments", json=BODY, headers={"Idempotency-Key": "once"})
    other = client.post("/v1/comments", json=BODY | {"text": "Other words."}, headers={"Idempotency-Key": "once"})
    assert other.status_code == 422
    assert other.json["code"] == "idempotency_key_reused"
    assert other.json["errors"][0]["pointer"] == "header:Idempotency-Key"


def test_many_at_once_with_one_key_make_one_comment(client: FlaskClient, app: Flask, database: Database) -> None:
    headers = {"Idempotency-Key": "once", "Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
    answers = []

    def send() -> None:
        answers.append(app.test_client().post("/v1/comments", json=BODY, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored(database) == 1
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 409)


def test_an_external_id_is_stored_once(client: FlaskClient, database: Database) -> None:
    first, again = (client.post("/v1/comments", json=BODY | {"external_id": "17"}) for _ in range(2))
    assert again.json["id"] == first.json["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert stored(database) == 1


def test_an_external_id_with_other_words_is_refused_and_the_way_to_edit_is_named(client: FlaskClient) -> None:
    client.post("/v1/comments", json=BODY | {"external_id": "17"})
    other = client.post("/v1/comments", json=BODY | {"external_id": "17", "text": "Quite other words."})
    assert (other.status_code, other.json["errors"][0]["pointer"]) == (409, "/external_id")
    assert "PATCH" in other.json["detail"]


def test_a_host_may_wait_for_the_verdict(client: FlaskClient, settings: Settings) -> None:
    resources, stop = WorkerResources.open(settings), threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            check_pending(resources)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        # A machine that hangs for ten seconds gets a retry.
        tries = (client.post("/v1/comments", json=BODY, headers={"Prefer": "respond-async, wait=10"}) for _ in range(12))
        response = next(answer for answer in tries if answer.status_code == 200)
    finally:
        stop.set()
        worker.join()
        resources.database.close()
    assert (response.status_code, response.json["state"]) == (200, "approved")
    assert response.headers["Preference-Applied"] == "wait=10"
    assert response.json["verdict"]["state"] == "approved"


def test_who_waits_in_vain_is_told_that_the_comment_is_taken(client: FlaskClient) -> None:
    response = client.post("/v1/comments", json=BODY, headers={"Prefer": "wait=1"})
    assert (response.status_code, response.json["state"]) == (202, "pending")
    assert response.headers["Preference-Applied"] == "wait=1"


def test_asking_again_for_what_is_erased_at_this_moment_is_no_error(client: FlaskClient, database: Database) -> None:
    headers = {"Idempotency-Key": "once", "Prefer": "wait=1"}
    first = client.post("/v1/comments", json=BODY, headers={"Idempotency-Key": "once"})
    # The key is deleted with its site. Here the key was cached before.
    with database.writing() as session:
        session.get_one(Comment, UUID(first.json["id"])).state = State.ERASED
    again = client.post("/v1/comments", json=BODY, headers=headers)
    assert (again.status_code, again.json) == (202, first.json)


def test_a_preference_that_makes_no_sense_is_ignored(client: FlaskClient) -> None:
    response = client.post("/v1/comments", json=BODY, headers={"Prefer": "wait=soon"})
    assert response.status_code == 202
    assert "Preference-Applied" not in response.headers


def test_without_a_commit_there_is_no_202(app: Flask, client: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE idempotency_key")
    response = client.post("/v1/comments", json=BODY, headers={"Idempotency-Key": "once"})
    assert (response.status_code, response.json["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) >= 1
    assert stored(database) == 0


def test_a_request_id_is_kept_where_it_is_a_uuid(client: FlaskClient) -> None:
    mine = str(uuid4())
    assert client.post("/v1/comments", json=BODY, headers={"X-Request-Id": mine}).headers["X-Request-Id"] == mine
    forged = client.post("/v1/comments", json={}, headers={"X-Request-Id": "x level=error"})
    assert UUID(forged.headers["X-Request-Id"])
    assert forged.json["request_id"] == forged.headers["X-Request-Id"]


REFUSED = {
    "no body": (b"", ""),
    "half a body": (b'{"text"', ""),
    "a list": (b"[]", ""),
    "no thread": (b'{"text":"a"}', "/thread"),
    "an unknown field": (b'{"thread":{"id":"x"},"text":"a","nmae":1}', "/nmae"),
    "an unknown field inside": (b'{"thread":{"id":"x","uri":""},"text":"a"}', "/thread/uri"),
    "a name twice": (b'{"thread":{"id":"x","id":"y"},"text":"a"}', "/thread/id"),
    "a lone surrogate": (b'{"thread":{"id":"x"},"text":"a\\ud800"}', "/text"),
    "bytes that are no UTF-8": (b'{"thread":{"id":"x"},"text":"a\xff"}', "/text"),
    "NUL": (b'{"thread":{"id":"x"},"text":"a\\u0000"}', "/text"),
    "NaN": (b'{"thread":{"id":"x"},"text":"a","context":{"seconds_to_submit":NaN}}', "/context/seconds_to_submit"),
    "infinity": (b'{"thread":{"id":"x"},"text":"a","context":{"seconds_to_submit":1e999}}', "/context/seconds_to_submit"),
    "only white space": ('{"thread":{"id":"x"},"text":" \u200b\ufeff "}'.encode(), "/text"),
    "too long a text": (b'{"thread":{"id":"x"},"text":"' + b"a" * 10_001 + b'"}', "/text"),
    "a number for a text": (b'{"thread":{"id":"x"},"text":1}', "/text"),
    "a number with 5,000 digits": (b'{"thread":{"id":"x"},"text":' + b"1" * 5000 + b"}", "/text"),
    "thirty thousand brackets": (b"[" * 30_000, ""),
    "deep inside a field": (b'{"thread":' + b"[" * 900 + b"]" * 900 + b',"text":"a"}', "/thread"),
    "a script for an address": (b'{"thread":{"id":"x"},"text":"a","author":{"url":"javascript:alert(1)"}}', "/author/url"),
    "an address without @": (b'{"thread":{"id":"x"},"text":"a","author":{"email":"dana"}}', "/author/email"),
    "a word for true": (b'{"thread":{"id":"x"},"text":"a","author":{"verified":"yes"}}', "/author/verified"),
    "no IP address": (b'{"thread":{"id":"x"},"text":"a","context":{"ip":"1.2.3"}}', "/context/ip"),
    "a time without an offset": (
        b'{"thread":{"id":"x"},"text":"a","context":{"posted_at":"2026-11-22T10:00:00"}}',
        "/context/posted_at",
    ),
    "a time that does not exist": (
        b'{"thread":{"id":"x"},"text":"a","context":{"posted_at":"2026-02-30T10:00:00Z"}}',
        "/context/posted_at",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bad_body_is_refused_and_the_field_is_named(client: FlaskClient, what: str) -> None:
    body, pointer = REFUSED[what]
    response = client.post("/v1/comments", data=body, content_type="application/json")
    assert response.status_code == 422, response.data
    assert response.content_type == "application/problem+json"
    assert pointer in [error["pointer"] for error in response.json["errors"]]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_json_in_utf_8_is_read(client: FlaskClient, kind: str) -> None:
    response = client.post("/v1/comments", data=b"{}", content_type=kind)
    assert (response.status_code, response.json["errors"][0]["pointer"]) == (415, "header:Content-Type")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_more_than_64_kb_are_not_read(client: FlaskClient) -> None:
    response = client.post("/v1/comments", data=b" " * (64 * 1024 + 1), content_type="application/json")
    assert (response.status_code, response.json["code"]) == (413, "too_large")
    assert response.json["errors"][0]["detail"] == "expected a body of at most 64 KB"


def test_a_parent_is_of_the_same_thread(client: FlaskClient, post: Callable[..., str]) -> None:
    parent = post()
    reply = client.post("/v1/comments", json={"thread": {"id": "a-page"}, "text": "I agree.", "parent": parent})
    assert client.get(reply.headers["Location"]).json["parent"] == parent
    elsewhere = client.post("/v1/comments", json=BODY | {"parent": parent})
    assert (elsewhere.status_code, elsewhere.json["errors"][0]["pointer"]) == (409, "/parent")
