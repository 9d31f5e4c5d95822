"""The fingerprint of a text: equal for texts that a reader would call the same."""

import hashlib
import unicodedata


def fingerprint(text: str) -> str:
    """32 hex digits over the letters and digits of the text alone, in compatibility form and without case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in folded if c.isalnum()) or folded
    return hashlib.blake2b(kept.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
