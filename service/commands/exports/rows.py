"""A site's comments as JSON lines, or as a table (CSV), with the fields that `greenroom import` reads."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from service.commands.imports.lines import FORMULA
from service.store.comments.exported import ExportedComment


def json_lines(comments: Iterable[ExportedComment]) -> Iterator[str]:
    for comment in comments:
        fields: dict[str, Any] = {
            "id": comment.id.name,
            "thread": {"id": comment.thread, "url": comment.url, "title": comment.title},
            "parent": comment.parent.name if comment.parent else "",
            "author": {"name": comment.author_name, "url": comment.author_url, "id": comment.author_id},
            "posted_at": comment.posted_at.isoformat(),
            "state": comment.state,
            "decided": "true" if comment.decided else "false",
            "text": comment.text,
        }
        yield json.dumps(fields, ensure_ascii=False) + "\n"


def csv_rows(comments: Iterable[ExportedComment]) -> Iterator[str]:
    """Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    yield _row(
        ["id", "thread_id", "thread_url", "thread_title", "parent", "author_name", "author_url", "author_id", "posted_at", "state",
         "decided", "text"]
    )  # fmt: skip
    for comment in comments:
        yield _row(
            [comment.id.name, comment.thread, comment.url, comment.title, comment.parent.name if comment.parent else "",
             comment.author_name, comment.author_url, comment.author_id, comment.posted_at.isoformat(), comment.state,
             "true" if comment.decided else "false", comment.text]
        )  # fmt: skip


def _row(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(f"'{cell}" if FORMULA.match(cell) else cell for cell in cells)
    return written.getvalue()
