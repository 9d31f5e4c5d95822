"""Folding: spellings that a reader takes for the same become one string, so that a search finds them all.

PostgreSQL folds with an expression of its own (`service.store.db.folded`); both give the same result for the letters in use.
"""

import re
import unicodedata

#: Combining accents of Latin, Greek and Cyrillic. The vowel signs of Arabic, Hebrew and Indian scripts stay: they are letters.
ACCENTS = "\u0300-\u036f"
#: Letters that lower case leaves apart although capitals do not tell them apart: `ß` and `SS`, `ς` and `σ`.
SAME = (("ß", "ss"), ("ς", "σ"))
_ACCENT = re.compile(f"[{ACCENTS}]")


def fold(text: str) -> str:
    """The text without capitals, accents, ligatures and full-width forms: `École`, `ECOLE` and a decomposed `école` are equal."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", _ACCENT.sub("", unicodedata.normalize("NFKD", text))).lower()
    for letters, other in SAME:
        plain = plain.replace(letters, other)
    return plain
