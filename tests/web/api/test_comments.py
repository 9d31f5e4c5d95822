"""The host API for comments: read, edit, erase and decide."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.actions.sites.sites_and_keys import add_key, add_site
from service.domain.policy import site_thresholds
from service.store.db.engine import Database
from service.store.tables.outbox import Event, EventState
from service.store.tables.sites import Scope

Post = Callable[..., str]
Settle = Callable[[], int]


def see(client: FlaskClient, comment_id: str) -> dict:
    response = client.get(f"/v1/comments/{comment_id}")
    assert response.status_code == 200, response.data
    return response.json


def decide(client: FlaskClient, comment_id: str, word: str, **fields: object):
    return client.post(f"/v1/comments/{comment_id}/decision", json={"decision": word, **fields})


def test_a_host_sees_the_verdict_with_its_reasons_and_the_words_behind_them(
    client: FlaskClient, post: Post, settle_all: Settle
) -> None:
    comment = post("You are a complete fuckwit and so is your dog.")
    settle_all()
    seen = see(client, comment)
    assert (seen["state"], seen["version"], seen["revision"]) == ("held", 1, 1)
    [reason] = [reason for reason in seen["verdict"]["reasons"] if reason["family"] == "profanity"]
    span = reason["spans"][0]
    assert seen["text"][span["start"] : span["end"]] == span["text"]
    assert [change["to_state"] for change in seen["history"]] == ["pending", "held"]
    assert [change["by"] for change in seen["history"]] == ["host", "policy"]


def test_nothing_of_an_address_or_an_e_mail_is_ever_shown(client: FlaskClient, post: Post, settle_all: Settle) -> None:
    comment = post(author={"name": "Dana", "email": "dana.secret@mail.example"}, context={"ip": "203.0.113.77"})
    settle_all()
    for path in (f"/v1/comments/{comment}", "/v1/comments", "/v1/threads/a-page/comments?site=news"):
        shown = client.get(path).get_data(as_text=True)
        assert not [word for word in ("secret", "mail.example", "203.0.113", "ip_key", "author_key") if word in shown]


def test_a_site_never_sees_the_comments_of_another(app: Flask, client: FlaskClient, post: Post, database: Database) -> None:
    comment = post()
    with database.writing() as session:
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
        token = add_key(session, "blog", scopes=list(Scope), now=datetime.now(UTC))[1]
    theirs = {"Authorization": f"Bearer {token}"}
    other = app.test_client()
    assert other.get("/v1/comments", headers=theirs).json["comments"] == []
    calls = (
        other.get(f"/v1/comments/{comment}", headers=theirs),
        other.patch(f"/v1/comments/{comment}", json={"text": "mine"}, headers=theirs),
        other.delete(f"/v1/comments/{comment}", headers=theirs),
        other.post(f"/v1/comments/{comment}/decision", json={"decision": "approve"}, headers=theirs),
        other.post(f"/v1/comments/{comment}/decision", json={"decision": "undo"}, headers=theirs),
    )
    assert [call.status_code for call in calls] == [404] * 5
    assert see(client, comment)["text"] != "mine"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_scope_opens_its_own_doors(app: Flask, client: FlaskClient, post: Post, database: Database) -> None:
    comment = post()
    calls = {
        Scope.SUBMIT: [("POST", "/v1/comments"), ("PATCH", f"/v1/comments/{comment}"), ("DELETE", f"/v1/comments/{comment}")],
        Scope.READ: [("GET", "/v1/comments"), ("GET", f"/v1/comments/{comment}")],
        Scope.MODERATE: [("POST", f"/v1/comments/{comment}/decision")],
    }
    with database.writing() as session:
        tokens = {scope: add_key(session, "news", scopes=[scope], now=datetime.now(UTC))[1] for scope in calls}
    stranger = app.test_client()
    for scope, resources in calls.items():
        for method, path in resources:
            for shown, token in tokens.items():
                response = stranger.open(path, method=method, json={}, headers={"Authorization": f"Bearer {token}"})
                assert (response.status_code == 403) == (shown != scope), (method, path, shown)
            assert stranger.open(path, method=method, json={}).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "Bearer grk_1", "Bearer grk_\u00e9", "Bearer " + "a" * 5000])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_key_is_told_so(app: Flask, header: str) -> None:
    response = app.test_client().get("/v1/comments", headers={"Authorization": header})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="greenroom"')


def test_a_list_is_walked_page_by_page_without_gap_or_repeat(client: FlaskClient, post: Post) -> None:
    posted = [post(f"Calm word number {number}.") for number in range(7)]
    seen, address = [], "/v1/comments?limit=3&state=pending"
    while address:
        page = client.get(address)
        seen += [comment["id"] for comment in page.json["comments"]]
        link = page.headers.get("Link")
        assert bool(link) == bool(page.json["next_cursor"])
        parts = urlsplit(link[1:].partition(">")[0]) if link else None
        address = f"{parts.path}?{parts.query}" if parts else None
    assert seen == posted


def test_lists_follow_state_thread_and_change(client: FlaskClient, post: Post, settle_all: Settle) -> None:
    first = post()
    settle_all()
    second = post(thread={"id": "/2026/other page"})
    listed = {name: [c["id"] for c in client.get(f"/v1/comments?{name}").json["comments"]] for name in (
        "state=approved", "state=pending", "thread=%2F2026%2Fother+page", "state=held",
    )}  # fmt: skip
    assert listed == {
        "state=approved": [first],
        "state=pending": [second],
        "thread=%2F2026%2Fother+page": [second],
        "state=held": [],
    }
    settled = see(client, first)["updated_at"]
    later = client.get("/v1/comments", query_string={"updated_after": settled}).json["comments"]
    assert [c["id"] for c in later] == [second]
    client.patch(f"/v1/comments/{first}", json={"text": "New words."})
    later = client.get("/v1/comments", query_string={"updated_after": settled}).json["comments"]
    assert [c["id"] for c in later] == [second, first]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=ten",
        "limit=1&limit=2",
        "state=gone",
        "after=abc",
        "updated_after=yesterday",
        "page=2",
        "thread=",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bad_query_is_refused_and_the_name_is_given(client: FlaskClient, query: str) -> None:
    response = client.get(f"/v1/comments?{query}")
    assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, f"query:{query.partition('=')[0]}")


def test_an_edit_is_checked_again_and_the_old_verdict_does_not_cover_it(
    client: FlaskClient, post: Post, settle_all: Settle
) -> None:
    comment = post()
    settle_all()
    edited = client.patch(f"/v1/comments/{comment}", json={"text": "You are a complete fuckwit.", "version": 1})
    assert (edited.status_code, edited.json["state"], edited.json["verdict"]) == (200, "pending", None)
    assert (edited.json["version"], edited.json["revision"]) == (2, 2)
    settle_all()
    assert see(client, comment)["state"] == "held"
    stale = client.patch(f"/v1/comments/{comment}", json={"text": "Again.", "version": 1})
    assert (stale.status_code, stale.json["errors"][0]["pointer"]) == (409, "/version")


def test_an_erased_comment_is_gone_and_leaves_a_tombstone_in_the_list(client: FlaskClient, post: Post) -> None:
    comment = post(author={"name": "Dana"})
    assert [client.delete(f"/v1/comments/{comment}").status_code for _ in range(2)] == [204, 204]
    calls = (
        client.get(f"/v1/comments/{comment}"),
        client.patch(f"/v1/comments/{comment}", json={"text": "Back?"}),
        decide(client, comment, "approve"),
    )
    assert [(call.status_code, call.json["code"]) for call in calls] == [(404, "gone")] * 3
    tombstone = client.get("/v1/comments").json["comments"][0]
    assert (tombstone["state"], tombstone["text"], tombstone["author"]["name"]) == ("erased", "", "")


def test_to_approve_what_the_checks_approved_is_a_decision_without_a_webhook(
    client: FlaskClient, post: Post, settle_all: Settle, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Otherwise one comment in fifty would be held for a person.
    monkeypatch.setattr(site_thresholds, "SAMPLE", 0)
    comment = post()
    settle_all()
    assert decide(client, comment, "hold", version=7).status_code == 409
    agreed = decide(client, comment, "approve", version=1)
    assert (agreed.status_code, agreed.json["from_state"], agreed.json["version"]) == (200, "approved", 2)
    again = decide(client, comment, "approve")
    assert (again.status_code, again.json["code"]) == (409, "already_decided")
    undone = decide(client, comment, "undo")
    assert (undone.status_code, undone.json["state"]) == (200, "approved")
    with database.reading() as session:
        events = session.scalars(select(Event.state).where(Event.comment_id == UUID(comment), Event.seq > 1))
        assert list(events) == [EventState.WITHDRAWN] * 2


def test_a_decision_takes_effect_once_and_can_be_taken_back(client: FlaskClient, post: Post, settle_all: Settle) -> None:
    comment = post()
    settle_all()
    rejected = decide(client, comment, "reject", reason="off_topic", note="belongs elsewhere", version=1)
    assert (rejected.status_code, rejected.json["state"], rejected.json["version"]) == (200, "rejected", 2)
    late = decide(client, comment, "approve", version=1)
    assert (late.status_code, late.json["code"]) == (409, "already_decided")
    assert "the host moved this to rejected" in late.json["detail"]
    undone = decide(client, comment, "undo")
    assert (undone.status_code, undone.json["state"]) == (200, "approved")
    assert decide(client, comment, "undo").status_code == 409
    history = see(client, comment)["history"]
    assert [(c["to_state"], c["by"]) for c in history[2:]] == [("rejected", "key"), ("approved", "key")]
    assert (history[2]["reason"], history[3]["undo"]) == ("off_topic", True)


def test_there_is_nothing_to_take_back_before_a_decision(client: FlaskClient, post: Post) -> None:
    assert decide(client, post(), "undo").status_code == 409


def test_a_second_decision_for_the_same_state_is_told_who_was_first(client: FlaskClient, post: Post) -> None:
    comment = post()
    assert decide(client, comment, "hold").status_code == 200
    again = decide(client, comment, "hold")
    assert (again.status_code, again.json["errors"][0]["pointer"]) == (409, "/version")


def test_a_key_says_when_it_was_last_used(client: FlaskClient, database: Database) -> None:
    from sqlalchemy import select

    from service.store.tables.sites import ApiKey

    client.get("/v1/comments")
    with database.reading() as session:
        assert session.scalar(select(ApiKey.last_used_at)) is not None
