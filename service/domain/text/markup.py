"""Remove markup from a text: a host may change tags and entities between two submissions of the same comment."""

import re
from html import unescape

_TAG = re.compile(r"<[a-z/!][^>]*>", re.I)
_SLASHED = re.compile(r"(?:[^\\'\"]|\\[\\'\"])*")
_SLASH = re.compile(r"\\([\\'\"])")


def without_markup(text: str) -> str:
    """The text without HTML tags, and with entities decoded."""
    return unescape(_TAG.sub("", text))


def without_slashes(text: str) -> str:
    r"""Undo PHP's `addslashes`, if every quote in the text has a backslash before it. Any other text is returned as it is."""
    return _SLASH.sub(r"\1", text) if "\\" in text and _SLASHED.fullmatch(text) else text
