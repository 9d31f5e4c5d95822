"""The queue page without JavaScript, and the gestures that its module sends."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.policy.signals import Field, Kind, Signal, Span
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event
from service.web.http.urls import feed_path
from service.web.pages.queue.page import CARDS
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, moderator, serving
from tests.support.synthetic import SEEDS


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "dana@news.example", site="news", name="Dana"))


@pytest.fixture
def sam(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "sam@news.example", site="news", name="Sam"))


def state_of(database: Database, comment_id: object) -> str:
    with database.reading() as session:
        return session.scalar(select(Comment.state).where(Comment.id == comment_id))


def text_of(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", "", answer.get_data(as_text=True)))


def cards_of(answer) -> list[str]:
    return re.findall(r'<article class="card" id="c-([^"]+)"', answer.get_data(as_text=True))


def comment_of(answer, number: int = 0) -> str:
    return re.findall(r'type="hidden" name="comment" value="([^"]+)"', answer.get_data(as_text=True))[number]


def form(answer, act: str, number: int = 0) -> dict[str, str]:
    return {"site": "news", "view": "/queue?site=news", "comment": comment_of(answer, number), "act": act}


def test_an_empty_queue_says_what_to_do_next(dana: Browser) -> None:
    page = text_of(dana.get("/queue"))
    assert "Nothing is waiting" in page
    assert "greenroom key add news" in page


def test_a_card_says_who_what_where_and_why(dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    answer = dana.get("/queue")
    html, text = answer.get_data(as_text=True), text_of(answer)
    assert "<mark>b4st@rds</mark>" in html
    assert "read as bastards" in re.sub(r"\s+", " ", text)
    assert "2 approved, since" in text
    assert "Henrike The river floods" in text
    assert "the spam check took longer than 2 s" in text
    assert "6 more like this" in text
    assert '<span class="hidden-char" title="U+202E right-to-left override">202E</span>' in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


def test_spans_count_code_points(dana: Browser, database: Database) -> None:
    sow(database, "news", [Seed("👩‍👩‍👧 𝓫𝓪𝓭 word", found={"𝓫𝓪𝓭": "bad"})])
    html = dana.get("/queue").get_data(as_text=True)
    assert "<mark>𝓫𝓪𝓭</mark> word" in html


def test_broken_spans_mark_nothing_and_break_nothing(dana: Browser, database: Database) -> None:
    spans = (Span(5, 2, "x"), Span(-3, 400, "everything"), Span(90, 99, "none"), Span(0, 3, "in the name", "", Field.AUTHOR_NAME))
    sow(database, "news", [Seed("short text", also=(Signal(Kind.SPAM_LINKS, 0.5, "odd", spans),))])
    assert "<mark>short text</mark>" in dana.get("/queue").get_data(as_text=True)


@pytest.mark.parametrize(
    ("act", "state", "reason"),
    [
        ("approve", State.APPROVED, ""),
        ("reject", State.REJECTED, ""),
        ("reject:insult", State.REJECTED, "insult"),
        ("spam", State.REJECTED, "spam"),
    ],
)
def test_a_form_decides_and_shows_the_next_card(dana: Browser, database: Database, act: str, state: State, reason: str) -> None:
    first, second = sow(database, "news", [Seed("one", minutes=9), Seed("two", minutes=5)])
    answer = dana.post("/queue/decide", form(dana.get("/queue"), act))
    assert answer.status_code == 303
    assert state_of(database, first) == state
    page = dana.get(answer.location)
    assert cards_of(page) == [str(second)]
    assert "1 left" in text_of(page)
    with database.reading() as session:
        assert session.scalar(select(Decision.reason)) == reason


def test_skip_and_escalate_leave_the_state_alone(dana: Browser, database: Database) -> None:
    first, second = sow(database, "news", [Seed("one", minutes=9), Seed("two", minutes=5)])
    skipped = dana.post("/queue/decide", form(dana.get("/queue"), "skip"))
    assert cards_of(dana.get(skipped.location)) == [str(second)]
    dana.post("/queue/decide", form(dana.get("/queue"), "escalate"))
    assert cards_of(dana.get("/queue")) == [str(second)]
    escalated = dana.get("/queue?tab=escalated")
    assert cards_of(escalated) == [str(first)]
    assert "Escalated" in text_of(escalated)
    dana.post("/queue/calm", form(escalated, ""))
    assert cards_of(dana.get("/queue")) == [str(first), str(second)]


def test_undo_takes_back_and_redo_does_again(dana: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    page = dana.get(dana.post("/queue/decide", form(dana.get("/queue"), "approve")).location).get_data(as_text=True)
    gesture = re.search(r'name="gesture" value="([^"]+)"', page)[1]
    undone = dana.post("/queue/undo", {"site": "news", "gesture": gesture})
    assert state_of(database, only) == State.HELD
    assert "Taken back" in text_of(dana.get(undone.location))
    dana.post("/queue/redo", {"site": "news", "gesture": gesture})
    assert state_of(database, only) == State.APPROVED


def test_many_are_decided_and_taken_back_as_one_step(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed(f"number {n}") for n in range(50)])
    gesture = str(uuid4())
    items = [{"id": str(i), "version": 1} for i in ids]
    dana.get("/queue")
    answer = dana.send("/queue/gestures?site=news", {"gesture": gesture, "act": "reject", "reason": "insult", "items": items})
    assert [outcome["ok"] for outcome in answer.json["outcomes"]] == [True] * 50
    assert answer.json["held"] == 0
    answer = dana.send("/queue/gestures/undo?site=news", {"gesture": gesture})
    assert answer.json["held"] == 50


def test_a_late_decision_is_told_who_was_first_and_changes_nothing(dana: Browser, sam: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    seen = dana.get("/queue")
    sam.post("/queue/decide", form(sam.get("/queue"), "reject:insult"))
    late = dana.post("/queue/decide", form(seen, "approve"))
    assert late.status_code == 409
    assert re.search(r"Sam rejected this \d+ (second|minute)s? ago\. Nothing was changed\.", text_of(late))
    assert state_of(database, only) == State.REJECTED
    body = {"gesture": str(uuid4()), "act": "approve", "items": [{"id": str(only), "version": 1}]}
    outcome = dana.send("/queue/gestures?site=news", body).json["outcomes"][0]
    assert (outcome["ok"], outcome["code"]) == (False, "already_decided")
    assert "Sam rejected this" in outcome["detail"]


def test_a_gesture_that_is_sent_twice_counts_once(dana: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    dana.get("/queue")
    body = {"gesture": str(uuid4()), "act": "approve", "items": [{"id": str(only), "version": 1}]}
    first = dana.send("/queue/gestures?site=news", body)
    assert first.json == dana.send("/queue/gestures?site=news", body).json
    back = [dana.send("/queue/gestures/undo?site=news", {"gesture": body["gesture"]}) for _ in range(2)]
    assert back[0].json == back[1].json
    with database.reading() as session:
        assert len(session.scalars(select(Event).where(Event.to_state == State.APPROVED)).all()) == 1


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_does_not_exist_in_utc_is_refused(dana: Browser, database: Database, until: str) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    dana.get("/queue")
    items = [{"id": str(only), "version": 1, "until": until}]
    answer = dana.send("/queue/gestures?site=news", {"gesture": str(uuid4()), "act": "approve", "items": items})
    assert answer.status_code == 422
    assert state_of(database, only) == State.HELD


def test_nobody_takes_back_what_another_did(dana: Browser, sam: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    body = {"gesture": str(uuid4()), "act": "approve", "items": [{"id": str(only), "version": 1}]}
    dana.get("/queue")
    sam.get("/queue")
    dana.send("/queue/gestures?site=news", body)
    assert sam.send("/queue/gestures/undo?site=news", {"gesture": body["gesture"]}).json["outcomes"] == []
    assert state_of(database, only) == State.APPROVED


def test_another_sites_comments_cannot_be_seen_or_moved(app: Flask, dana: Browser, database: Database) -> None:
    (theirs,) = sow(database, "blog", [Seed("secret words")])
    dana.get("/queue")
    for path in (f"/queue/comments/{theirs}", f"/queue/comments/{theirs}/context"):
        assert dana.get(path).status_code == 404
    assert cards_of(dana.get(f"/queue?author={theirs}")) == []
    assert cards_of(dana.get(f"/queue?alike={theirs}")) == []
    body = {"gesture": str(uuid4()), "act": "approve", "items": [{"id": str(theirs), "version": 1}]}
    assert dana.send("/queue/gestures?site=news", body).json["outcomes"][0]["code"] == "not_found"
    assert state_of(database, theirs) == State.HELD
    viewer = Browser(app).signed_in(moderator(database, "vera@news.example", Role.VIEWER, site="news"))
    assert "secret words" not in text_of(viewer.get("/queue"))


def test_filters_and_search_take_words_as_words(dana: Browser, database: Database) -> None:
    hundred, plain, other = sow(
        database,
        "news",
        [
            Seed("100% sure", "Ann", minutes=9, language="en"),
            Seed("1000 sure", "Ben", "Another page", minutes=8, language="de", kind=Kind.SPAM_LINKS, score=0.9),
            Seed("under_score", "Ann", minutes=7),
        ],
    )
    for query, found in {
        "words=100%25": [hundred],
        "words=100": [hundred, plain],
        "words=_": [other],
        "words=ANN": [hundred, other],
        "words=%5C": [],
        "reason=spam.links": [plain],
        "language=de": [plain],
        f"author={hundred}": [hundred, other],
        "order=priority": [plain, hundred, other],
        "words=sure&reason=profanity.mild": [hundred],
    }.items():
        assert cards_of(dana.get(f"/queue?{query}")) == [str(i) for i in found], query


@pytest.mark.parametrize("order", ["oldest", "priority", "thread"])
def test_pages_follow_each_other_without_gap_or_double(dana: Browser, database: Database, order: str) -> None:
    ids = sow(
        database,
        "news",
        [Seed(f"number {n}", thread=f"page {n % 3}", score=0.5 + n % 4 / 10, minutes=60 - n // 2) for n in range(50)],
    )
    seen: list[str] = []
    path = f"/queue?order={order}"
    while path:
        answer = dana.get(path)
        seen += cards_of(answer)
        following = re.search(r'id="next-page"><a class="button" href="([^"]+)"', answer.get_data(as_text=True))
        path = unescape(following[1]) if following else ""
    assert sorted(seen) == sorted(map(str, ids))
    assert len(seen) == len(set(seen))


def test_a_broken_address_is_as_good_as_none(dana: Browser, database: Database) -> None:
    sow(database, "news", [Seed("one")])
    queries = (
        "after=x after=WzFd after=IiI&order=priority thread=x tab=x order=x words=%00 author=%ff after=WyIyMDI2Iiwi shared=x"
    )
    for query in queries.split():
        assert dana.get(f"/queue?{query}").status_code == 200, query
        assert dana.get(f"/queue/cards?{query}").status_code == 200, query


def test_a_broken_gesture_is_refused_by_field(dana: Browser) -> None:
    gesture = str(uuid4())
    dana.get("/account")
    for body in (
        {},
        [],
        {"gesture": "x"},
        {"gesture": gesture, "act": "burn", "items": []},
        {"gesture": gesture, "act": "approve", "items": [{"id": 1}]},
    ):
        answer = dana.send("/queue/gestures?site=news", body)
        assert answer.status_code == 422, body
        assert answer.json["errors"], body


def test_each_tab_counts_and_lists(dana: Browser, database: Database) -> None:
    sow(
        database,
        "news",
        [*[Seed(f"n {n}") for n in range(3)], Seed("good", state=State.APPROVED), Seed("bad", state=State.REJECTED)],
    )
    dana.post("/queue/decide", form(dana.get("/queue"), "approve"))
    counted = dana.get("/queue/counts").json
    assert (counted["held"], counted["mine"], counted["approved"], counted["rejected"]) == (2, 1, 2, 1)
    for tab, number in {"held": 2, "mine": 1, "approved": 2, "rejected": 1}.items():
        assert len(cards_of(dana.get(f"/queue?tab={tab}"))) == number, tab
    assert "You approved" in text_of(dana.get("/queue?tab=mine")) or "Dana approved" in text_of(dana.get("/queue?tab=mine"))


def test_a_page_asks_the_same_number_of_questions_at_any_size(app: Flask, dana: Browser, database: Database) -> None:
    engine = app.extensions["greenroom"].database.engine
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def questions() -> int:
        asked.clear()
        dana.get("/queue")
        return sum(statement.startswith("SELECT") for statement in asked)

    sow(database, "news", [Seed("one")])
    few = questions()
    sow(database, "news", [Seed(f"n {n}", f"Author {n}", parent="p" if n else "", name_of="" if n else "p") for n in range(30)])
    assert questions() == few


def test_context_shows_the_thread_and_the_author(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", SEEDS)
    with database.reading() as session:
        marek = session.scalar(select(Comment.id).where(Comment.author_name == "Marek", Comment.state == State.HELD))
    text = text_of(dana.get(f"/queue/comments/{marek}/context?site=news"))
    assert "The river floods that bank" in text
    assert "I walked to school as a child" in text
    page = dana.get(f"/queue/comments/{ids[0]}")
    assert page.status_code == 200


def test_after_the_last_card_of_the_last_page_comes_what_waits_before_it(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed(f"comment number {n}", minutes=40 - n) for n in range(CARDS + 2)])
    first = dana.get("/queue").get_data(as_text=True)
    last = unescape(re.search(r'class="next-page".*?href="([^"]+)"', first)[1])
    assert cards_of(dana.get(last)) == [str(one) for one in ids[CARDS:]]
    sent = {"site": "news", "view": last, "comment": [str(one) for one in ids[CARDS:]], "act": "spam"}
    assert cards_of(dana.get(dana.post("/queue/decide", sent).location)) == [str(one) for one in ids[:CARDS]]


def test_an_approval_that_brings_a_message_to_the_author_is_refused(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("We walked home")])
    sent = {**form(dana.get("/queue"), "approve"), "note": "We do not accept insults."}
    answer = dana.post("/queue/decide", sent)
    assert (answer.status_code, "Nothing was decided: a message to the author" in text_of(answer)) == (422, True)
    gesture = {"gesture": str(uuid4()), "act": "approve", "note": "No.", "items": [{"id": str(one), "version": 1}]}
    assert dana.send("/queue/gestures", gesture).status_code == 422
    assert state_of(database, one) == State.HELD


def test_a_form_without_an_act_changes_nothing_and_leaves_the_browser_where_it_is(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("We walked home", "Robin")])
    assert dana.post("/queue/decide", form(dana.get("/queue"), "")).status_code == 204
    assert dana.post(f"/queue/comments/{one}/author", {"site": "news", "act": "", "days": "30"}).status_code == 204
    assert state_of(database, one) == State.HELD
    assert "Nobody is banned" in text_of(dana.get("/authors"))


def test_what_was_just_approved_is_in_the_feed_at_once(app: Flask, dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    queue = dana.get("/queue")
    with database.reading() as session:
        comment = session.get(Comment, UUID(comment_of(queue)[:36]))
        page = session.get(Thread, comment.thread_id)
    feed = feed_path("news", page.external_id)
    before = app.test_client().get(feed).json["count"]
    assert dana.post("/queue/decide", form(queue, "approve")).status_code == 303
    assert app.test_client().get(feed).json["count"] == before + 1


def test_one_escalates_to_a_colleague_who_sees_it(dana: Browser, sam: Browser, database: Database) -> None:
    (first, second) = sow(database, "news", [Seed("one", minutes=9), Seed("two", minutes=5)])
    sams = re.search(r'value="escalate:([0-9a-f-]{36})"[^>]*>Sam<', dana.get("/queue").get_data(as_text=True))[1]
    dana.post("/queue/decide", {**form(dana.get("/queue"), "escalate"), "to": sams, "word": "you know him"})
    gesture = {"gesture": str(uuid4()), "act": "escalate", "to": "moderator", "items": [{"id": str(second), "version": 1}]}
    assert dana.send("/queue/gestures?site=news", gesture).json["yours"] == 0
    assert dana.send("/queue/gestures?site=news", {**gesture, "to": str(uuid4())}).status_code == 422
    assert sam.get("/queue/counts").json["yours"] == 2
    yours = sam.get("/queue?tab=yours")
    assert cards_of(yours) == [str(first), str(second)]
    assert re.search("by Dana to Sam, .* ago: you know him", text_of(yours))
    sam.post("/queue/calm", form(yours, ""))
    assert cards_of(sam.get("/queue?tab=yours")) == [str(second)]
    happened = text_of(sam.get(f"/queue/comments/{first}"))
    assert "Sam put this back" in happened
    assert "Escalated by Dana to Sam" in happened
    assert "you know him" in happened
