"""JSON answers and CORS for scripts on a site's pages: the form, one's own comments, counts, and the embed's files."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread, ThreadState
from service.web.public.counts import MAX_THREADS

pytestmark = [pytest.mark.usefixtures("site"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PAGE = "https://news.example/story"
SCRIPT = {"Accept": "application/json", "Origin": "https://news.example"}


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    return app.test_client()


def sent(reader: FlaskClient, text: str = "A calm word.", **fields: str) -> dict[str, str]:
    offer = reader.get("/f/news", query_string={"thread": PAGE}, headers=SCRIPT).json
    answer = reader.post("/f/news", data={"thread": PAGE, "text": text, "rendered": offer["rendered"], **fields}, headers=SCRIPT)
    assert answer.status_code == 202, answer.data
    return answer.json


def own(reader: FlaskClient, *tokens: str) -> list[dict]:
    answer = reader.post("/f/news/own", data={"tokens": " ".join(tokens)}, headers=SCRIPT)
    assert answer.status_code == 200, answer.data
    return answer.json["comments"]


def test_a_script_gets_the_words_in_the_language_of_the_reader_and_a_token(reader: FlaskClient, database: Database) -> None:
    german = reader.get("/f/news", query_string={"thread": PAGE}, headers={**SCRIPT, "Accept-Language": "de"}).json
    assert (german["language"], german["direction"], german["words"]["send"]) == ("de", "ltr", "Kommentar senden")
    assert (german["trap"], german["closed"]) == ("subject", False)
    arabic = reader.get("/f/news", query_string={"thread": PAGE}, headers={**SCRIPT, "Accept-Language": "ar"}).json
    assert arabic["direction"] == "rtl"
    english = reader.get("/f/news", query_string={"thread": PAGE}, headers=SCRIPT).json["words"]
    for name, word in english.items():
        for other in (german, arabic):
            same = name in ("name", "website") and other is german
            assert same or other["words"][name] != word, name
    sent(reader)
    with database.writing() as session:
        session.execute(update(Thread).values(state=ThreadState.CLOSED))
    assert reader.get("/f/news", query_string={"thread": PAGE}, headers=SCRIPT).json["closed"] is True


def test_what_a_script_sends_is_stored_with_the_trap_and_the_time(reader: FlaskClient, database: Database) -> None:
    comment = sent(reader, subject="I am a bot", return_to=PAGE)
    with database.reading() as session:
        stored = session.get(Comment, UUID(comment["id"]))
    assert stored.context["honeypot"] is True
    assert stored.context["seconds_to_submit"] >= 0


def test_a_refusal_names_its_fields_in_the_language_of_the_reader(reader: FlaskClient) -> None:
    answer = reader.post("/f/news", data={"thread": PAGE, "text": " ", "email": "x"}, headers={**SCRIPT, "Accept-Language": "de"})
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert {fault["pointer"] for fault in answer.json["errors"]} == {"/text", "/email"}
    assert "E-Mail" in answer.get_data(as_text=True)
    too_long = reader.post("/f/news", data={"thread": PAGE, "text": "a" * 200_000}, headers=SCRIPT)
    assert (too_long.status_code, too_long.json["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://news.example", True),
        ("http://localhost:4000", True),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_pages_of_the_site_may_read_answers_and_refusals(reader: FlaskClient, origin: str, *, allowed: bool) -> None:
    headers = {"Accept": "application/json", **({"Origin": origin} if origin else {})}
    for answer in (
        reader.get("/f/news", query_string={"thread": PAGE}, headers=headers),
        reader.get("/f/news", headers=headers),
        reader.post("/f/news", data={"thread": PAGE}, headers=headers),
        reader.post("/f/news/own", data={"tokens": "x"}, headers=headers),
        reader.get("/v1/threads/a/comments?site=news", headers=headers),
        reader.get("/v1/threads/a/comments?site=news&limit=0", headers=headers),
        reader.get("/v1/counts?site=news&thread=a", headers=headers),
    ):
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None), answer.request.path
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_author_sees_edits_and_deletes_a_comment_by_its_token(
    reader: FlaskClient, database: Database, settle_all: Callable[[], int]
) -> None:
    first, second = sent(reader, "First words.", name="Dana"), sent(reader, "Second words.")
    [one, two] = own(reader, first["token"], second["token"], "forged", first["token"] + "0")
    assert (one["id"], one["state"], one["text"], one["name"]) == (first["id"], "pending", "First words.", "Dana")
    assert one["changeable_until"]
    edited = reader.post("/f/news/own/edit", data={"token": first["token"], "text": "Better words."}, headers=SCRIPT).json
    assert [(c["text"], c["state"], c["edited"]) for c in edited["comments"]] == [("Better words.", "pending", True)]
    assert settle_all() == 2
    # Nobody types so fast, so the time trap holds both.
    assert [c["state"] for c in own(reader, first["token"], second["token"])] == ["held", "held"]
    for _ in range(2):
        assert reader.post("/f/news/own/delete", data={"token": first["token"]}, headers=SCRIPT).status_code == 204
    assert [c["id"] for c in own(reader, first["token"], second["token"])] == [two["id"]]
    with database.reading() as session:
        assert session.scalar(select(Comment.text).where(Comment.id == UUID(first["id"]))) == ""


def test_a_comment_is_changed_only_by_its_author_for_a_while_and_not_against_a_decision(
    reader: FlaskClient, database: Database, approve: Callable[..., None]
) -> None:
    old, rejected = sent(reader, "Old words."), sent(reader, "Bad words.")
    with database.reading() as session:
        received = session.get(Comment, UUID(old["id"])).received_at
    with database.writing() as session:
        late_by = received - timedelta(minutes=31)
        session.execute(update(Comment).where(Comment.id == UUID(old["id"])).values(received_at=late_by))
    approve(rejected["id"], "reject")
    for act, more in (("edit", {"text": "Other words."}), ("delete", {})):
        for token, status in ((old["token"], 409), (rejected["token"], 409), ("forged", 403), ("", 422)):
            answer = reader.post(f"/f/news/own/{act}", data={"token": token, **more}, headers=SCRIPT)
            assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), (act, token)
    elsewhere = {**SCRIPT, "Origin": "https://evil.example"}
    assert reader.post("/f/news/own/delete", data={"token": old["token"]}, headers=elsewhere).status_code == 403
    assert reader.post("/f/nowhere/own/delete", data={"token": old["token"]}, headers=SCRIPT).status_code == 404
    [late, gone] = own(reader, old["token"], rejected["token"])
    assert (late["text"], late["changeable_until"], late["statement"]) == ("Old words.", None, None)
    assert (gone["state"], gone["changeable_until"]) == ("rejected", None)
    why = reader.get(gone["statement"].removeprefix("http://greenroom.example"))
    assert (why.status_code, "Bad words." in why.get_data(as_text=True)) == (200, True)


def test_many_threads_are_counted_in_one_request(reader: FlaskClient, published: Callable[..., str]) -> None:
    for thread in ("a", "a", "https://news.example/b?c=1&d"):
        published(thread={"id": thread})
    asked = {"site": "news", "thread": ["a", "https://news.example/b?c=1&d", "nobody"]}
    answer = reader.get("/v1/counts", query_string=asked)
    assert answer.json == {"counts": {"a": 2, "https://news.example/b?c=1&d": 1, "nobody": 0}}
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    for query in (
        {"site": "news"},
        {"site": "news", "thread": ["x"] * (MAX_THREADS + 1)},
        {"site": ["news", "b"], "thread": "a"},
    ):
        refused = reader.get("/v1/counts", query_string=query)
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] in ("query:thread", "query:site")
    assert reader.get("/v1/counts?site=nowhere&thread=a").status_code == 404


def test_the_embed_is_one_small_file_for_any_page(reader: FlaskClient) -> None:
    for name, kind in (("embed.js", "text/javascript"), ("embed.css", "text/css")):
        answer = reader.get(f"/{name}")
        assert answer.content_type.startswith(kind)
        assert len(answer.data) <= 15_000
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer.headers
        again = reader.get(f"/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    script = reader.get("/embed.js").get_data(as_text=True)
    assert not any(word in script for word in ("innerHTML", "insertAdjacentHTML", "eval(", "document.cookie"))
