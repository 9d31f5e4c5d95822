"""The fingerprint of a text: equal for texts that a reader would call the same."""

import hashlib
import re
import unicodedata

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")


def fingerprint(text: str) -> str:
    """32 hex digits over the letters and digits of the text alone, in compatibility form and without case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = _NEITHER_LETTER_NOR_DIGIT.sub("", folded) or folded
    return hashlib.blake2b(kept.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
