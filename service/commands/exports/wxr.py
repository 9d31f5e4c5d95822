"""A site's comments as WordPress's importer reads them (WXR 1.2): an item for each thread, with its comments."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from service.commands.imports.wxr import COMMENT_NOTE, PARENT_NOTE, PERSON_NOTE, THREAD_NOTE
from service.domain.imports.lenient_fields import clean
from service.domain.states import State
from service.store.comments.exported import ExportedComment, ExportedId

_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Comments</title>
<wp:wxr_version>1.2</wp:wxr_version>
"""
_STATES = {State.APPROVED: "1", State.HELD: "0", State.REJECTED: "trash"}
#: Ids of WordPress are numbers. One of another kind becomes a number of this many bits, far above those that a blog reaches.
_BITS = (1 << 62) - 1
_LONGEST = 15


def document(comments: Iterable[ExportedComment]) -> Iterator[str]:
    yield _HEAD
    for number, (_, group) in enumerate(groupby(comments, key=lambda comment: comment.thread), start=1):
        for at, comment in enumerate(group):
            yield _item(comment, number) if at == 0 else ""
            yield _comment(comment)
        yield "</item>\n"
    yield "</channel>\n</rss>\n"


def _item(comment: ExportedComment, number: int) -> str:
    return (
        f"<item>\n<title>{_escaped(comment.title or comment.thread)}</title>\n<link>{_escaped(comment.url)}</link>\n"
        f"<wp:post_id>{number}</wp:post_id>\n<wp:post_type>post</wp:post_type>\n<wp:status>publish</wp:status>\n"
        f"<wp:postmeta><wp:meta_key>{THREAD_NOTE}</wp:meta_key><wp:meta_value>{_verbatim(comment.thread)}</wp:meta_value></wp:postmeta>\n"
    )


def _comment(comment: ExportedComment) -> str:
    at = f"{comment.posted_at:%Y-%m-%d %H:%M:%S}"
    fields = {
        "comment_id": str(_number(comment.id)),
        "comment_author": comment.author_name,
        "comment_author_email": "",
        "comment_author_url": comment.author_url,
        "comment_author_IP": "",
        "comment_date": at,
        "comment_date_gmt": at,
        # WordPress takes the text for HTML.
        "comment_content": escape(comment.text, quote=False),
        "comment_approved": _STATES[comment.state],
        "comment_type": "comment",
        "comment_parent": str(_number(comment.parent)) if comment.parent else "0",
        "comment_user_id": "0",
    }
    elements = "".join(f"<wp:{name}>{_verbatim(value)}</wp:{name}>" for name, value in fields.items())
    return f"<wp:comment>{elements}{''.join(_notes(comment))}</wp:comment>\n"


def _notes(comment: ExportedComment) -> Iterator[str]:
    notes = {COMMENT_NOTE: comment.id.name, PARENT_NOTE: comment.parent.name if comment.parent else ""}
    if comment.decided and comment.state is not State.HELD:
        notes[PERSON_NOTE] = "true" if comment.state is State.REJECTED else "false"
    for key, value in notes.items():
        if value:
            yield f"<wp:commentmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{_verbatim(value)}</wp:meta_value></wp:commentmeta>"


def _number(comment: ExportedId) -> int:
    name = comment.external_id
    return int(name) if name.isascii() and name.isdigit() and len(name) <= _LONGEST else comment.id.int & _BITS


def _escaped(text: str) -> str:
    return escape(clean(text), quote=False)


def _verbatim(text: str) -> str:
    return f"<![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]>"
