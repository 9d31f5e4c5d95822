"""Writes the comments of a site into a file: complete or not at all, and only for its owner to read."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO, cast

from service.commands.exports import rows, wxr
from service.commands.support.context import database
from service.commands.support.whole_file import whole_file
from service.store.comments.exported import ExportedComment, exported_comments
from service.store.lifecycle import dump

#: The forms by the word of `--format`.
FORMS: dict[str, Callable[[Iterable[ExportedComment]], Iterator[str]]] = {
    "wxr": wxr.document,
    "jsonl": rows.json_lines,
    "csv": rows.csv_rows,
}


def write_comments(site_id: str, file: Path, form: str) -> int:
    """Write the comments of the site in this form. Returns their number."""
    counted = _Counted()
    with (
        database().reading() as session,
        whole_file(file) as raw,
        cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="wb")) if file.suffix == ".gz" else nullcontext(raw) as out,
    ):
        dump.steady(session)
        for part in FORMS[form](counted.each(exported_comments(session, site_id))):
            out.write(part.encode("utf-8", "replace"))
    return counted.number


class _Counted:
    """Counts comments on their way."""

    number = 0

    def each(self, comments: Iterator[ExportedComment]) -> Iterator[ExportedComment]:
        for self.number, comment in enumerate(comments, start=1):
            yield comment
