"""The fingerprint of a text: equal for texts that a reader would call the same."""

import hashlib
import re
import unicodedata

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
#: The same for ASCII texts, for which `bytes.translate` is much faster.
_NOR_IN_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())


def fingerprint(text: str) -> str:
    """32 hex digits (BLAKE2b) over only the letters and digits of the text, after NFKC and case folding."""
    return hashlib.blake2b(_normalized(text), digest_size=16).hexdigest()


def _normalized(text: str) -> bytes:
    if text.isascii():
        small = text.encode().lower()
        return small.translate(None, _NOR_IN_ASCII) or small
    folded = unicodedata.normalize("NFKC", text).casefold()
    return (_NEITHER_LETTER_NOR_DIGIT.sub("", folded) or folded).encode("utf-8", "surrogatepass")
