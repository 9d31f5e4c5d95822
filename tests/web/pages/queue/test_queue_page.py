"""The queue page: its cards, tabs, filters, searches and pages, without JavaScript."""

import re
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from service.domain.policy.signals import Field, Kind, Signal, Span
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.web.pages.queue.page import CARDS
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, moderator
from tests.support.synthetic import SEEDS
from tests.web.pages.queue.queue_page import cards_of, form, state_of, text_of


def test_an_empty_queue_says_what_to_do_next(dana: Browser) -> None:
    page = text_of(dana.get("/queue"))
    assert "All done" in page
    assert "No comments yet" in page


def test_a_card_says_who_what_where_and_why(dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    answer = dana.get("/queue")
    html, text = answer.get_data(as_text=True), text_of(answer)
    assert "<mark>b4st@rds</mark>" in html
    assert "read as bastards" in re.sub(r"\s+", " ", text)
    assert "2 approved, since" in text
    assert "Henrike The river floods" in text
    assert "the spam check took longer than 2 s" in text
    assert "6 more with the same text" in text
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


def test_another_sites_comments_cannot_be_seen_or_moved(app: Flask, dana: Browser, database: Database) -> None:
    (theirs,) = sow(database, "blog", [Seed("secret words")])
    dana.get("/queue")
    for path in (f"/queue/comments/{theirs}", f"/queue/comments/{theirs}/context"):
        assert dana.get(path).status_code == 404
    assert cards_of(dana.get(f"/queue?author={theirs}")) == []
    assert cards_of(dana.get(f"/queue?alike={theirs}")) == []
    body = {"action_id": str(uuid4()), "act": "approve", "items": [{"id": str(theirs), "version": 1}]}
    assert dana.send("/queue/actions?site=news", body).json["outcomes"][0]["code"] == "not_found"
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
        "order=priority": [hundred, other, plain],
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
