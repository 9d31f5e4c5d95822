"""Isso: its SQLite database, or the generic JSON that it imports. Its pages are paths, so they need `--base` to become addresses."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from service.commands.imports.json_items import items, word
from service.commands.imports.source_file import SourceFault, SourceFile
from service.domain.imports.source_comment import LeftOut, SourceComment, SourcePage
from service.domain.states import State

SQLITE = b"SQLite format 3\0"
_ROWS = (
    "SELECT comments.id, comments.parent, comments.created, comments.mode, comments.remote_addr, comments.text, comments.author, "
    "comments.email, comments.website, threads.uri, threads.title "
    "FROM comments JOIN threads ON threads.id = comments.tid ORDER BY comments.id"
)
#: The modes of a comment; others are deleted ones that stay for their replies.
_MODES = {1: State.APPROVED, 2: State.HELD}


def comments(file: SourceFile) -> Iterator[SourceComment]:
    return _of_database(file) if file.head(len(SQLITE)) == SQLITE else _of_json(file)


def _of_database(file: SourceFile) -> Iterator[SourceComment]:
    if file.stream is not file.raw:
        raise SourceFault("expected Isso's database without compression: decompress it first (gunzip)")
    try:
        with closing(sqlite3.connect(f"{file.path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            total = connection.execute("SELECT count(*) FROM comments").fetchone()[0]
            for at, row in enumerate(connection.execute(_ROWS), start=1):
                file.raw.seek(file.size * at // total)
                yield _comment(*row)
    except sqlite3.Error as error:
        raise SourceFault(f"expected the database of Isso: {error}") from error


def _comment(
    id_: int, parent: int | None, created: float, mode: int, ip: Any, text: Any, author: Any, email: Any, website: Any, uri: Any, title: Any
) -> SourceComment:  # fmt: skip
    return SourceComment(
        id=str(id_),
        page=SourcePage(str(uri or ""), str(uri or ""), str(title or "")),
        text=str(text or ""),
        standing=_MODES.get(mode, LeftOut.DELETED),
        parent=str(parent or ""),
        posted_at=f"{created:.3f}",
        name=str(author or ""),
        email=str(email or ""),
        website=str(website or ""),
        ip=str(ip or ""),
    )


def _of_json(file: SourceFile) -> Iterator[SourceComment]:
    for thread in items(file):
        page = SourcePage(word(thread, "id"), word(thread, "id"), word(thread, "title"))
        for given in thread.get("comments") or ():
            yield SourceComment(
                id=word(given, "id"),
                page=page,
                text=word(given, "text"),
                standing=State.APPROVED,
                parent=word(given, "parent"),
                posted_at=word(given, "created"),
                name=word(given, "author"),
                email=word(given, "email"),
                website=word(given, "website"),
                ip=word(given, "remote_addr"),
            )
