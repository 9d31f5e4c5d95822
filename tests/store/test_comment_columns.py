"""Every column of `comment` is known to erasing, to archives and to copies."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from service.actions.comments.edit_erase import erase
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.lifecycle.archive_rows import rows_of_comments
from service.store.tables.comments import Comment
from tests.support.factories import draft, site, submitted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: What erasing leaves of a comment: the tombstone that replies and webhooks need.
TOMBSTONE = frozenset({
    "id", "site_id", "thread_id", "parent_id", "external_id", "state", "version", "revision", "received_at", "updated_at", "judged_at",
    "claims", "archived",
})  # fmt: skip
#: What erasing empties: the words, and everything about their author.
EMPTIED: dict[str, Any] = {
    "text": "", "fingerprint": "", "wording": None, "link_domain": None, "burst": None, "author_name": "", "author_url": "",
    "author_external_id": "", "author_verified": False, "author_key": "", "email_domain": "", "ip_key": "", "context": {},
    "reason": "", "score": 0.0, "lease_token": None, "lease_until": None,
}  # fmt: skip
FILLED: dict[str, Any] = {
    "wording": "w" * 32, "link_domain": "spam.example", "burst": 3, "author_name": "Ada", "author_url": "https://a.example",
    "author_external_id": "42", "author_verified": True, "author_key": "key", "email_domain": "a.example", "ip_key": "ip",
    "context": {"language": "en"}, "reason": "spam.links", "score": 0.5, "lease_token": uuid4(), "lease_until": NOW,
}  # fmt: skip
ADVICE = (
    "say in tests/store/test_comment_columns.py whether erasing empties the column or keeps it; "
    "if it holds words or anything of an author, empty it in service/actions/comments/edit_erase.py"
)


def test_erasing_knows_every_column(database: Database) -> None:
    columns = {column.key for column in Comment.__table__.columns}
    assert columns == TOMBSTONE | EMPTIED.keys(), f"{columns ^ (TOMBSTONE | EMPTIED.keys())}: {ADVICE}"
    with database.writing() as session:
        site(session)
        (comment_id,) = submitted(session, draft("Words to forget."), now=NOW)
        comment = session.get_one(Comment, comment_id)
        for name, value in FILLED.items():
            setattr(comment, name, value)
        session.flush()
        erase(session, "news", comment_id, now=NOW)
    with database.reading() as session:
        erased = session.get_one(Comment, comment_id)
        assert erased.state == State.ERASED
        assert {name: getattr(erased, name) for name in EMPTIED} == EMPTIED


def test_archives_and_copies_take_every_column_along(database: Database) -> None:
    with database.writing() as session:
        site(session)
        (comment_id,) = submitted(session, draft("Words to keep."), now=NOW)
    with database.reading() as session:
        columns = {column.key for column in Comment.__table__.columns}
        (rows,) = rows_of_comments(session, {comment_id: True})
        assert rows.comment.keys() == columns
        (line,) = (line for line in dump.written(session, "news") if line.startswith('["comment",'))
        (row,) = session.execute(select(Comment.__table__))
        assert dump.plain(Comment.__table__, row).keys() == columns
        assert all(f'"{name}":' in line for name in columns)
