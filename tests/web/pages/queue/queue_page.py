"""What a queue page shows, and the fields of its forms."""

import re
from html import unescape

from sqlalchemy import select

from service.store.db.engine import Database
from service.store.tables.comments import Comment


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
