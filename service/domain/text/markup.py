"""Words as readers see them: a host may change tags and entities between one time that it sends a comment and the next."""

import re
from html import unescape

_TAG = re.compile(r"<[a-z/!][^>]*>", re.I)
_SLASHED = re.compile(r"(?:[^\\'\"]|\\[\\'\"])*")
_SLASH = re.compile(r"\\([\\'\"])")


def without_markup(text: str) -> str:
    """The text without tags, and with characters in place of entities."""
    return unescape(_TAG.sub("", text))


def without_slashes(text: str) -> str:
    r"""The text as it was typed, where every quote in it has a backslash before it: PHP's `addslashes`. Any other stays as it is."""
    return _SLASH.sub(r"\1", text) if "\\" in text and _SLASHED.fullmatch(text) else text
