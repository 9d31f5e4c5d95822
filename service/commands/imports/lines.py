"""Comments as JSON lines, and as a table (CSV): our own exports, and files that somebody made of another system's data."""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from service.commands.imports.source_file import MAX_LINE, SourceFault, SourceFile
from service.commands.support.foreign_fields import fields_of, is_decided, standing_of
from service.domain.imports.source_comment import LeftOut, SourceComment, SourcePage, unreadable

#: A spreadsheet would take a cell that begins so for a formula. Our export puts an apostrophe before it.
FORMULA = re.compile(r"'*[=+\-@\t\r]")


def json_lines(file: SourceFile) -> Iterator[SourceComment]:
    ids = _Ids()
    for number, line in file.lines():
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = None
        yield _comment(given, ids.of(line)) if isinstance(given, dict) else unreadable(f"line {number}")


def csv_rows(file: SourceFile) -> Iterator[SourceComment]:
    """Raises SourceFault if the first row names no known column."""
    csv.field_size_limit(MAX_LINE)
    ids, lines = _Ids(), (line + "\n" for _, line in file.lines())
    header = next(lines, "")
    rows = csv.reader(lines, delimiter=max(",;\t", key=header.count))
    names = next(csv.reader([header], delimiter=max(",;\t", key=header.count)), [])
    if "text" not in fields_of(dict.fromkeys(names, "x")):
        raise SourceFault("line 1: expected the names of the columns, among them `text`")
    try:
        for row in rows:
            if row:
                yield _comment(dict(zip(names, map(_without_apostrophe, row), strict=False)), ids.of("\0".join(row)))
    except csv.Error as error:
        raise SourceFault(f"line {rows.line_num + 1}: {error}") from error


class _Ids:
    """The id of a line that has none: its hash, and how often it has occurred so far."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, line: str) -> str:
        digest = hashlib.sha256(line.strip().encode("utf-8", "replace")).digest()[:15]
        self._seen[digest] += 1
        return f"line-{digest.hex()}-{self._seen[digest]}"


def _comment(given: Mapping[str, Any], own_id: str) -> SourceComment:
    fields = fields_of(given)
    standing = standing_of(fields)
    return SourceComment(
        id=fields.get("external_id") or own_id,
        page=SourcePage("", fields.get("thread.url", ""), fields.get("thread.title", ""), fields.get("thread.id", "")),
        text=fields.get("text", ""),
        standing=LeftOut.NO_STATE if standing is None else standing,
        decided=is_decided(fields),
        parent=fields.get("parent", ""),
        posted_at=fields.get("context.posted_at", ""),
        name=fields.get("author.name", ""),
        email=fields.get("author.email", ""),
        website=fields.get("author.url", ""),
        author_id=fields.get("author.id", ""),
        ip=fields.get("context.ip", ""),
        user_agent=fields.get("context.user_agent", ""),
    )


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
