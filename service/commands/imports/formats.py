"""The formats that can be imported, and how a file shows its own."""

import json
import re
from collections.abc import Callable, Iterator
from enum import StrEnum

from service.commands.imports import artrans, commento, disqus, isso, lines, remark42, wordpress_rest, wxr
from service.commands.imports.source_file import SourceFile
from service.domain.imports.source_comment import SourceComment


class Format(StrEnum):
    """A format of old comments."""

    WXR = "wxr"
    WORDPRESS_REST = "wordpress-rest"
    DISQUS = "disqus"
    ISSO = "isso"
    ARTRANS = "artrans"
    REMARK42 = "remark42"
    COMMENTO = "commento"
    JSONL = "jsonl"
    CSV = "csv"


READERS: dict[Format, Callable[[SourceFile], Iterator[SourceComment]]] = {
    Format.WXR: wxr.comments,
    Format.WORDPRESS_REST: wordpress_rest.comments,
    Format.DISQUS: disqus.comments,
    Format.ISSO: isso.comments,
    Format.ARTRANS: artrans.comments,
    Format.REMARK42: remark42.comments,
    Format.COMMENTO: commento.comments,
    Format.JSONL: lines.json_lines,
    Format.CSV: lines.csv_rows,
}
#: What the beginning of a file of each format has, in the order in which it is looked for.
_SIGNS: tuple[tuple[Format, str], ...] = (
    (Format.DISQUS, r"\s*<[^>]*>?\s*(?:<!--.*?-->\s*)*<disqus\b|\s*<disqus\b"),
    (Format.WXR, r"\s*<.*?(?:wordpress\.org/export/|<rss\b)"),
    (Format.COMMENTO, r'\s*\{.*?"commentHex"'),
    (Format.REMARK42, r'\s*\{[^\n]*"(?:users|posts)"\s*:\s*(?:\[|null)[^\n]*(?:\n|$)'),
    (Format.ARTRANS, r'\s*\[.*?"page_key"'),
    (Format.WORDPRESS_REST, r'\s*\[.*?"author_name"'),
    (Format.ISSO, r'\s*\[.*?"comments"\s*:'),
    (Format.JSONL, r"\s*\{"),
)


def format_of(file: SourceFile) -> Format | None:
    """The format that the beginning of the file shows; None if it shows none."""
    head = file.head()
    if head.startswith(isso.SQLITE):
        return Format.ISSO
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "replace")
    for kind, sign in _SIGNS:
        if re.match(sign, text, re.DOTALL):
            return kind
    return Format.CSV if _names_columns(text.partition("\n")[0]) else None


def is_copy(file: SourceFile) -> bool:
    """Whether this is a copy of a site that `greenroom export` wrote."""
    try:
        head = json.loads(file.head().partition(b"\n")[0])
    except ValueError:
        return False
    return isinstance(head, dict) and str(head.get("format", "")).startswith("greenroom copy")


def _names_columns(header: str) -> bool:
    names = {name.strip(' "\r') for name in re.split(r"[,;\t]", header)}
    return len(names) > 1 and not names.isdisjoint({"text", "body", "comment", "content", "message", "comment_content"})
