"""A comment that an Akismet client sends again is recognised: one comment in the queue, and its state is the response."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.store.db.engine import Database
from service.store.tables.comments import Comment
from tests.support.servers import wait_until

POSTED = "2026-11-27 08:00:00"
#: A comment as WordPress sends it before storing it: with slashes, without an id and a time.
FIRST = {
    "comment_content": r"It\'s a \"lovely\" bridge, see <em class=\"x\">this</em> & 1 < 2.",
    "comment_author": r"Dana O\'Neil",
    "comment_author_email": "dana@example.org",
    "comment_type": "comment",
    "permalink": "https://news.example/?p=1",
    "user_ip": "192.0.2.1",
}
#: The same comment as WordPress sends it from its database.
STORED = FIRST | {
    "comment_ID": "2",
    "comment_content": 'It\'s a "lovely" bridge, see <em>this</em> &amp; 1 &lt; 2.',
    "comment_author": "Dana O'Neil",
    "comment_approved": "0",
    "recheck_reason": "recheck_queue",
}
WORDPRESS = {"User-Agent": "WordPress/6.1.9 | Akismet/5.0.2"}
GUID = "X-akismet-guid"

Check = Callable[..., str]


@pytest.fixture
def check(app: Flask, token: str) -> Check:
    """The response to a check of these fields."""

    def check(fields: dict[str, str], path: str = "comment-check", **more: str) -> str:
        answers = []

        def answered() -> bool:
            answers.append(app.test_client().post(f"/1.1/{path}", data=fields | more | {"api_key": token}, headers=WORDPRESS))
            # A busy server may refuse a request; the client sends it again.
            return answers[-1].status_code != 503

        wait_until(answered, what="an answer")
        assert answers[-1].status_code == 200
        return answers[-1].get_data(as_text=True)

    return check


def stored(client: FlaskClient) -> list[dict]:
    return client.get("/v1/comments").json["comments"]


def just_now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def test_a_recheck_from_wordpress_finds_its_comment(check: Check, client: FlaskClient, settle_all: Callable) -> None:
    assert check(FIRST) == "true"
    settle_all()
    for reason in ("recheck_queue", "retry"):
        assert check(STORED, comment_date_gmt=just_now(), recheck_reason=reason) == "false"
    [comment] = stored(client)
    assert comment["external_id"] == "2"
    assert comment["text"].startswith('It\'s a "lovely" bridge')
    assert comment["author"]["name"] == "Dana O'Neil"


@pytest.mark.parametrize(
    "again",
    [{"recheck_reason": "retry"}, {"comment_ID": "9"}, {"comment_date_gmt": POSTED}, {"guid": "?"}],
    ids=lambda fields: next(iter(fields)),
)
def test_the_same_comment_sent_again_is_known_by(
    again: dict[str, str], app: Flask, token: str, client: FlaskClient, settle_all: Callable
) -> None:
    plain = {
        "comment_content": "What a thoughtful article, thank you.",
        "comment_author": "Dana",
        "permalink": "https://news.example/a",
    }
    first = {name: value for name, value in again.items() if name == "comment_date_gmt"}
    answers = [app.test_client().post("/1.1/comment-check", data=plain | first | {"api_key": token})]
    settle_all()
    if again == {"guid": "?"}:
        # The guid is enough, even if the text has changed.
        again = {"guid": answers[0].headers[GUID], "comment_content": "What a thoughtful article.", "recheck_reason": "retry"}
    answers += [app.test_client().post("/1.1/comment-check", data=plain | again | {"api_key": token}) for _ in range(2)]
    [comment] = stored(client)
    assert {answer.headers[GUID] for answer in answers} == {comment["id"]}
    assert [answer.get_data(as_text=True) for answer in answers] == ["true", "false", "false"]


def test_another_comment_is_another_comment(check: Check, client: FlaskClient) -> None:
    check(FIRST)
    others = [
        {"comment_author_email": "robin@example.org", "comment_author": "Robin"},
        {"permalink": "https://news.example/?p=2"},
        {"comment_content": "Another thing altogether."},
        {"comment_type": "contact-form"},
    ]
    for number, other in enumerate(others, start=3):
        check(STORED | other, comment_ID=str(number))
    check(STORED)
    assert sorted(comment["external_id"] for comment in stored(client)) == ["2", "3", "4", "5", "6"]


def test_two_blogs_may_number_their_comments_alike(check: Check, client: FlaskClient) -> None:
    """Several blogs may share a key, and each one counts its comments from 1."""
    other = STORED | {
        "permalink": "https://other.example/?p=1",
        "comment_content": "Of another blog.",
        "comment_author_email": "",
    }
    for _ in range(2):
        check(STORED)
        check(other)
    assert sorted(str(comment["external_id"]) for comment in stored(client)) == ["2", "None"]


def test_of_two_alike_each_recheck_finds_its_own(check: Check, client: FlaskClient) -> None:
    words = {"comment_content": "I agree with every word.", "comment_author": "Dana", "permalink": "https://news.example/a"}
    check(words)
    check(words)
    for number in ("5", "6", "5", "6"):
        check(words, comment_ID=number, recheck_reason="recheck_queue")
    assert sorted(comment["external_id"] for comment in stored(client)) == ["5", "6"]


@pytest.mark.parametrize(("decision", "answer"), [("reject", "true"), ("approve", "false")])
def test_the_decision_of_a_person_stands(
    check: Check, client: FlaskClient, settle_all: Callable, decision: str, answer: str
) -> None:
    foul = {"approve": "You are a complete fuckwit and so is your dog."}.get(decision, "What a thoughtful article, thank you.")
    check(FIRST, comment_content=foul)
    settle_all()
    [comment] = stored(client)
    assert client.post(f"/v1/comments/{comment['id']}/decision", json={"decision": decision}).status_code == 200
    for _ in range(2):
        assert check(STORED, comment_content=foul, comment_date_gmt=just_now()) == answer
        settle_all()
    [after] = stored(client)
    assert (after["id"], after["version"]) == (comment["id"], comment["version"] + 1)


@pytest.mark.parametrize("known", [True, False], ids=["checked before", "never seen"])
def test_two_rechecks_at_once_make_one_comment(check: Check, client: FlaskClient, known: bool) -> None:
    if known:
        check(FIRST)
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: check(STORED, comment_date_gmt=just_now()), range(4)))
    [comment] = stored(client)
    assert comment["external_id"] == "2"


def test_two_rechecks_at_once_without_an_id_make_one_comment(check: Check, client: FlaskClient) -> None:
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: check(FIRST, recheck_reason="retry", comment_date_gmt=POSTED), range(4)))
    assert len(stored(client)) == 1


def test_new_words_under_a_known_id_are_judged_anew_in_their_place(
    check: Check, client: FlaskClient, settle_all: Callable
) -> None:
    check(FIRST)
    settle_all()
    check(STORED)
    assert check(STORED, comment_content="You are a complete fuckwit and so is your dog.", recheck_reason="edit") == "true"
    settle_all()
    [comment] = stored(client)
    assert (comment["external_id"], comment["revision"], comment["text"][:8]) == ("2", 2, "You are ")
    assert comment["state"] in ("held", "rejected")


def test_what_was_erased_is_not_stored_again(check: Check, client: FlaskClient) -> None:
    check(STORED)
    [comment] = stored(client)
    assert client.delete(f"/v1/comments/{comment['id']}").status_code in (200, 204)
    assert check(STORED) == "true"
    assert [c["state"] for c in stored(client)] in ([], ["erased"])


@pytest.mark.parametrize(
    "sent", [STORED, FIRST, FIRST | {"comment_ID": "2"}], ids=["from the database", "as first sent", "with its id"]
)
def test_a_report_finds_the_comment_that_was_checked(
    check: Check, client: FlaskClient, settle_all: Callable, sent: dict[str, str]
) -> None:
    check(FIRST)
    settle_all()
    check(sent, "submit-spam", comment_date_gmt=just_now())
    [comment] = stored(client)
    assert comment["state"] == "rejected"


def test_a_report_finds_by_id_what_was_edited_meanwhile(check: Check, client: FlaskClient, settle_all: Callable) -> None:
    check(FIRST)
    settle_all()
    check(STORED)
    check(STORED, "submit-spam", comment_content="Quite other words.")
    assert [comment["state"] for comment in stored(client)] == ["rejected"]


def test_a_report_in_a_test_decides_nothing(check: Check, client: FlaskClient, settle_all: Callable) -> None:
    check(FIRST)
    settle_all()
    assert check(FIRST, "submit-spam", is_test="1").startswith("Thanks")
    assert [comment["state"] for comment in stored(client)] == ["approved"]


def test_the_same_words_at_another_time_are_another_comment(check: Check, client: FlaskClient) -> None:
    """A client that always sends the time. Otherwise the hundredth copy of an advertisement would pass like the first one."""
    for hour in ("08", "09"):
        check(FIRST, comment_date_gmt=f"2026-11-27 {hour}:00:00")
    assert len(stored(client)) == 2


def test_words_of_two_months_ago_are_not_looked_for(
    check: Check, client: FlaskClient, database: Database, settle_all: Callable
) -> None:
    check(FIRST)
    settle_all()
    with database.writing() as session:
        session.execute(update(Comment).values(received_at=datetime.now(UTC) - timedelta(days=61)))
    check(FIRST, recheck_reason="recheck_queue")
    assert len(stored(client)) == 2
