"""One card for several comments: which ones share a card, and which ones a decision includes."""

import re
from datetime import UTC, datetime
from html import unescape
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from service.actions.comments.edit_erase import edit
from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.engine import Database
from service.store.moderation.groups import MAX_MEMBERS, groups
from service.store.moderation.queue_conditions import conditions_of
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.comments import Comment
from tests.support.factories import draft, submitted
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser
from tests.web.pages.queue.queue_page import cards_of, form, state_of, text_of


def view_of(answer) -> str:
    """The filters (view) that the page sends with its decisions."""
    return unescape(re.search(r' data-view="([^"]+)"', answer.get_data(as_text=True))[1])


def action_on(answer, act: str, version: int = 1) -> dict:
    """The request of the page's script when the first card is decided."""
    html = answer.get_data(as_text=True)
    item = {"id": cards_of(answer)[0], "version": version}
    if until := re.search(r' data-until="([^"]+)"', html):
        item["until"] = unescape(until[1])
    return {"action_id": str(uuid4()), "act": act, "view": view_of(answer), "items": [item]}


def test_near_duplicates_are_one_card_and_one_decision(dana: Browser, database: Database) -> None:
    ids = sow(
        database,
        "news",
        [Seed("Buy THIS now", minutes=9), Seed("calm", minutes=8), *[Seed("buy this, now!", f"R{n}") for n in range(5)]],
    )
    answer = dana.get("/queue")
    assert cards_of(answer) == [str(ids[0]), str(ids[1])]
    assert "5 more with the same text" in text_of(answer)
    assert f'data-most="{MAX_MEMBERS}"' in answer.get_data(as_text=True)
    # The members of the group are shown before a decision about all of them.
    members = text_of(dana.get(f"/queue/comments/{ids[0]}/context?site=news"))
    assert "Comments with the same text" in members
    assert all(f"R{n} " in members for n in range(5))
    assert len(cards_of(dana.get(f"/queue?alike={ids[0]}"))) == 6
    dana.post("/queue/decide", form(answer, "spam"))
    assert {state_of(database, i) for i in ids} == {State.REJECTED, State.HELD}
    assert state_of(database, ids[1]) == State.HELD


def test_what_shares_only_a_link_or_an_author_is_decided_alone(dana: Browser, database: Database) -> None:
    linked = [Seed(f"{word} at https://www.bags.example/{word}", minutes=9) for word in ("cheap", "good", "best")]
    burst = [Seed(f"{word} and so on", "Anton", minutes=7) for word in ("first", "second", "third", "fourth")]
    now = datetime.now(UTC).replace(minute=9, second=30)
    ids = sow(database, "news", [*linked, *burst], now=now)
    queue = dana.get("/queue")
    assert cards_of(queue) == [str(i) for i in ids]
    assert "more with the same text" not in text_of(queue)
    dana.post("/queue/decide", form(queue, "approve"))
    assert [state_of(database, i) for i in ids] == [State.APPROVED] + [State.HELD] * 6
    around = dana.get(f"/queue/comments/{ids[1]}/context?site=news").get_data(as_text=True)
    lists = [unescape(path) for path in re.findall(r'href="(/queue\?[^"]+)"', around)]
    assert cards_of(dana.get(next(path for path in lists if "words=bags.example" in path))) == [str(i) for i in ids[1:3]]
    assert len(cards_of(dana.get(f"/queue?author={ids[4]}"))) == 4


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Well done 👍", "Well done 🖕"),
        ("I give it 1.5 stars", "I give it 15 stars"),
        ("Look at pay-pal.example", "Look at paypal.example"),
        ("वह मारा गया", "वह मेरा गाय"),
        ("Ask therapists", "Ask the rapists"),
        ("Nice bag\u200bs", "Nice bags"),
    ],
)
def test_words_that_read_differently_are_decided_alone(dana: Browser, database: Database, text: str, other: str) -> None:
    first, second = sow(database, "news", [Seed(text, minutes=9), Seed(other, minutes=5)])
    queue = dana.get("/queue")
    assert cards_of(queue) == [str(first), str(second)]
    dana.post("/queue/decide", form(queue, "approve"))
    assert state_of(database, second) == State.HELD


def test_the_same_words_are_decided_alone_with_another_reason_or_website(dana: Browser, database: Database) -> None:
    calm, graver, advertised = sow(
        database,
        "news",
        [
            Seed("Well said", minutes=9),
            Seed("Well said", minutes=8, kind=Kind.SITE_BLOCKED_WORD, score=1.0),
            Seed("Well said", minutes=7, url="https://bags.example"),
        ],
    )
    queue = dana.get("/queue")
    assert cards_of(queue) == [str(calm), str(graver), str(advertised)]
    dana.post("/queue/decide", form(queue, "approve"))
    assert [state_of(database, i) for i in (calm, graver, advertised)] == [State.APPROVED, State.HELD, State.HELD]


def _seven(database: Database) -> list[UUID]:
    """Seven comments with the same text. The next five differ from the first in one property that a view can filter by, the last
    one in none."""
    first = {"thread": "here", "language": "en", "minutes": 9}
    others = [
        {"thread": "there"},
        {"name": "Berta"},
        {"language": "de"},
        {"text": "BUY this now!"},
        {"text": "Buy this, now"},
        {},
    ]
    seeds = [
        Seed(**{"text": "Buy this now!", "name": "Anton", **first, "minutes": 9 - n, **other})
        for n, other in enumerate([{}, *others])
    ]
    return sow(database, "news", seeds)


VIEWS = {
    "author={}": {0, 1, 3, 4, 5, 6},
    "thread={thread}": {0, 2, 3, 4, 5, 6},
    "language=en": {0, 1, 2, 4, 5, 6},
    "words=this+now": {0, 1, 2, 3, 4, 6},
    "words=anton&language=en": {0, 1, 4, 5, 6},
    "reason=profanity.mild": {0, 1, 2, 3, 4, 5, 6},
}


@pytest.mark.parametrize("by", ["form", "action_id"])
@pytest.mark.parametrize("query", VIEWS)
def test_a_decision_stays_inside_its_search_and_filters(dana: Browser, database: Database, query: str, by: str) -> None:
    ids = _seven(database)
    with database.reading() as session:
        thread = session.scalar(select(Comment.thread_id).where(Comment.id == ids[0]))
    queue = dana.get("/queue?" + query.format(ids[0], thread=thread))
    assert cards_of(queue) == [str(ids[0])]
    within = VIEWS[query]
    assert f"{len(within) - 1} more with the same text" in text_of(queue)
    if by == "form":
        done = dana.post("/queue/decide", {**form(queue, "spam"), "view": view_of(queue)})
        assert f"{len(within)} rejected" in text_of(dana.get(done.location))
    else:
        answer = dana.send("/queue/actions?site=news", action_on(queue, "spam"))
        assert len(answer.json["outcomes"]) == len(within)
    assert {n for n, i in enumerate(ids) if state_of(database, i) == State.REJECTED} == within


@pytest.mark.parametrize("by", ["form", "action_id"])
def test_a_decision_that_names_no_view_takes_nothing_along(dana: Browser, database: Database, by: str) -> None:
    ids = _seven(database)
    queue = dana.get("/queue")
    if by == "form":
        dana.post("/queue/decide", {**form(queue, "spam"), "view": ""})
    else:
        dana.send("/queue/actions?site=news", {k: v for k, v in action_on(queue, "spam").items() if k != "view"})
    assert [state_of(database, i) for i in ids] == [State.REJECTED] + [State.HELD] * 6


def test_what_was_escalated_is_not_decided_along(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed("The same words", minutes=9 - n) for n in range(4)])
    alone = {"action_id": str(uuid4()), "act": "escalate", "to": "admin", "items": [{"id": str(ids[2]), "version": 1}]}
    dana.get("/queue")
    dana.send("/queue/actions?site=news", alone)
    queue = dana.get("/queue")
    assert "2 more with the same text" in text_of(queue)
    dana.send("/queue/actions?site=news", action_on(queue, "approve"))
    assert [state_of(database, i) for i in ids] == [State.APPROVED, State.APPROVED, State.HELD, State.APPROVED]


def test_a_group_is_escalated_and_taken_back_as_one(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed("The same words", minutes=9 - n) for n in range(4)])
    dana.get("/queue")
    dana.send(
        "/queue/actions?site=news",
        {"action_id": str(uuid4()), "act": "escalate", "to": "admin", "items": [{"id": str(ids[3]), "version": 1}]},
    )
    step = action_on(dana.get("/queue"), "escalate")
    for _ in range(2):  # The second request is a retry after a lost response.
        answer = dana.send("/queue/actions?site=news", step)
        assert {outcome["id"] for outcome in answer.json["outcomes"]} == {str(i) for i in ids[:3]}
        assert (answer.json["held"], answer.json["escalated"]) == (0, 4)
    back = dana.send("/queue/actions?site=news", {**step, "action_id": str(uuid4()), "act": "return"})
    assert (back.json["held"], back.json["escalated"]) == (3, 1)


def test_a_card_that_changed_meanwhile_takes_nothing_along(dana: Browser, database: Database) -> None:
    ids = sow(
        database,
        "news",
        [Seed(text, minutes=9 - n) for n, text in enumerate(("Calm words", "Vile words", "Vile words", "Calm words"))],
    )
    queue = dana.get("/queue")
    with database.writing() as session:
        edit(session, "news", ids[0], "Vile words", version=1, now=datetime.now(UTC))
        session.execute(update(Comment).where(Comment.id == ids[0]).values(state=State.HELD, reason="profanity.mild"))
    answer = dana.post("/queue/decide", {**form(queue, "approve"), "view": view_of(queue)})
    assert answer.status_code == 409
    assert [state_of(database, i) for i in ids] == [State.HELD] * 4


def test_what_came_after_the_page_is_not_decided_along_and_undo_takes_all_back(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed("The same words", minutes=9 - n) for n in range(3)])
    queue = dana.get("/queue")
    (late,) = sow(database, "news", [Seed("The same words", minutes=0)])
    answer = dana.post("/queue/decide", form(queue, "spam"))
    assert "3 rejected. 1 still held" in text_of(dana.get(answer.location))
    assert [state_of(database, i) for i in (*ids, late)] == [State.REJECTED] * 3 + [State.HELD]
    action = re.search(r'name="action_id" value="([^"]+)"', dana.get(answer.location).get_data(as_text=True))[1]
    dana.post("/queue/undo", {"site": "news", "action_id": action})
    assert {state_of(database, i) for i in ids} == {State.HELD}


def test_a_decision_takes_a_thousand_and_the_card_says_so(dana: Browser, database: Database) -> None:
    with database.writing() as session:
        submitted(session, *(draft("Come to bags.example", author={"id": "u1"}) for _ in range(MAX_MEMBERS + 3)))
        session.execute(update(Comment).values(state=State.HELD))
    queue = dana.get("/queue")
    assert "1,000 at a time" in text_of(queue)
    assert f'data-alike="{MAX_MEMBERS - 1}"' in queue.get_data(as_text=True)
    assert len(dana.send("/queue/actions?site=news", action_on(queue, "spam", version=0)).json["outcomes"]) == MAX_MEMBERS
    assert "2 more with the same text" in text_of(dana.get("/queue"))


def test_a_flood_of_one_comment_is_counted_no_further_than_a_thousand(dana: Browser, database: Database) -> None:
    with database.writing() as session:
        submitted(session, *(draft("Come to bags.example", author={"id": "u1"}) for _ in range(MAX_MEMBERS + 3)))
        session.execute(update(Comment).values(state=State.HELD))
        counted = groups(session, "news", session.scalars(select(Comment.id)).all()[:1], conditions_of("news", QueueFilter()))
    assert [group.number for group in counted.values()] == [MAX_MEMBERS + 1]
    for language, said in (
        ("en", "1,000+ more with the same text"),
        ("de", "1.000+ weitere mit demselben Text"),
        ("ar", "تعليقات أخرى بالنص نفسه: 1,000+"),
    ):
        page = text_of(dana.get("/queue", headers={"Accept-Language": language}))
        assert said in page, language
