"""The text of a message to a chat: what happened within a minute, and a link to where a moderator looks at it.

Whatever readers wrote is made harmless: it cannot mention people, format the message, or become a link.
"""

import re
import unicodedata
from collections.abc import Mapping

#: The longest message: the limit of Discord, which is the lowest.
MOST_TEXT = 2000
LONGEST_TITLE, LONGEST_WORDS = 100, 300
#: Signs that have a meaning in the markup of a chat are written as their full-width twins. That needs no knowledge of each chat's
#: ways of escaping, and people can still read it.
_FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "@<>[](){}*_~`|#&\\/$!"}
#: A word joiner is invisible. After a dot or a colon it keeps chats from making a link of "evil.example", or a picture of ":smile:".
_LINKS = re.compile(r"([.:])(?=\S)")
_JOINERS = "\u200c\u200d"
#: One event, and many: for each type, in this order.
_SENTENCES = {
    "comment.held": ("A comment was held for a moderator", "{n} comments were held for a moderator"),
    "comment.approved": ("A comment was approved", "{n} comments were approved"),
    "comment.rejected": ("A comment was rejected", "{n} comments were rejected"),
    "report.received": ("A reader reported a comment", "Readers reported {n} comments"),
    "complaint.received": ("A complaint came in", "{n} complaints came in"),
    "queue.old": ("A comment has waited for more than {minutes} minutes", "A comment has waited for more than {minutes} minutes"),
}


def harmless(text: str, longest: int) -> str:
    """Text of a stranger as one line without markup, mentions and links."""
    letters = ((" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c) for c in text[: 4 * longest])
    visible = "".join(c for c in letters if c in _JOINERS or unicodedata.category(c) != "Cf")
    line = " ".join(visible.split())
    cut = line if len(line) <= longest else line[: longest - 1] + "…"
    return _LINKS.sub("\\1\u2060", cut.translate(_FULL_WIDTH))


def sentences(counts: Mapping[str, int], *, minutes: int = 0) -> str:
    """What happened, as sentences without the last full stop: {"comment.held": 12} is "12 comments were held for a moderator"."""
    told = [
        forms[counts[kind] > 1].format(n=counts[kind], minutes=minutes) for kind, forms in _SENTENCES.items() if counts.get(kind)
    ]
    return ". ".join(told)


def message_text(*, site: str, event: str, thread: str = "", author: str = "", words: str = "", link: str) -> str:
    """The whole message. Everything but `event` and `link` may come from strangers, and is harmless already."""
    place = f" on “{thread}”" if thread else ""
    quoted = f"\n{author or 'Anonymous'}: “{words}”" if words else ""
    return f"{site}: {event}{place}.{quoted}\n{link}"[:MOST_TEXT]
