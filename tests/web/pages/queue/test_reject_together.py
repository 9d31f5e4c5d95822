"""Everything that waits by one author, or with one link, is rejected in one step of its own, which never approves."""

import re

from sqlalchemy import select

from service.domain.states import State
from service.store.db.engine import Database
from service.store.learning.labels import is_spam
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser
from tests.web.pages.queue.queue_page import form

SEEDS = [
    *(Seed(f"a flood, number {n}", "Anton", minutes=20 - n) for n in range(7)),
    Seed("by Anton elsewhere", "Anton", "Another page", minutes=5),
    Seed("by somebody else", "Berta", minutes=4),
]


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.text: row.state for row in session.execute(select(Comment.text, Comment.state))}


def the_list(dana: Browser, page: str) -> str:
    return str(re.search(r'class="by-author"[^>]*href="([^"]+)"', page)[1]).replace("&amp;", "&")


def sent(page: str, act: str) -> dict[str, object]:
    comments = re.findall(r'name="comment" value="([^"]+)"', page)
    return {"site": "news", "view": "/queue?site=news", "act": act, "comment": comments, "together": "author"}


def html(dana: Browser, path: str) -> str:
    return str(dana.get(path).get_data(as_text=True))


def test_the_list_has_all_of_the_author_in_the_view_and_rejects_it(dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    queue = html(dana, "/queue")
    assert "Reject all 8 by this author" in queue
    listed = html(dana, the_list(dana, queue))
    assert listed.count('name="comment"') == 8
    assert "by somebody else" not in listed
    dana.post("/queue/decide", sent(listed, "spam"))
    assert {text for text, state in states(database).items() if state == State.HELD} == {"by somebody else"}


def test_the_list_stays_inside_the_filter(dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    queue = html(dana, "/queue?words=flood")
    assert "Reject all 7 by this author" in queue
    assert html(dana, the_list(dana, queue)).count('name="comment"') == 7


def test_it_never_approves(dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    listed = html(dana, the_list(dana, html(dana, "/queue")))
    assert 'value="approve"' not in listed
    assert dana.post("/queue/decide", sent(listed, "approve")).status_code == 422
    assert set(states(database).values()) == {State.HELD}


def test_such_a_decision_teaches_the_model_nothing(dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    listed = html(dana, the_list(dana, html(dana, "/queue")))
    dana.post("/queue/decide", sent(listed, "spam"))
    with database.reading() as session:
        assert session.scalars(select(Decision.together)).all() == ["author"] * 8
        assert is_spam(session, "news")[0] == []
    dana.post("/queue/decide", form(dana.get("/queue"), "spam"))
    with database.reading() as session:
        assert len(is_spam(session, "news")[0]) == 1
