"""The wording of a comment: a hash that is equal for two comments if a moderator who has read one of them need not read the
other."""

import hashlib
import unicodedata

_OPENING = "\"'“„‚‘«»‹›¿¡"
_CLOSING = ".,;:!?…\"'“”‘’«»‹›。、！？，：；،؛؟।"


def wording(text: str, author_url: str = "") -> str:
    """32 hex digits (BLAKE2b) over the words of the text and the website of its author, which is published with it.

    Case, white space, and punctuation at the edge of a word make no difference. Everything else does: signs inside a word ("1.5",
    an address), emoji, vowel signs, look-alike letters, and invisible characters.
    """
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    words = [word if word.isalnum() else word.lstrip(_OPENING).rstrip(_CLOSING) for word in composed.casefold().split()]
    normalized = " ".join([word for word in words if word]) or composed
    return hashlib.blake2b(f"{normalized}\n{author_url}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
