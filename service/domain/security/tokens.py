"""API keys: make a new one, verify its checksum, and compute its digest."""

import hashlib
import secrets
import zlib

#: Every key starts with this prefix, so that secret scanners can recognise a leaked one.
KEY_PREFIX = "grk_"


def new_token() -> str:
    """Prefix, 160 random bits and a checksum that tells a mistyped key from an unknown one."""
    body = KEY_PREFIX + secrets.token_hex(20)
    return body + _checksum(body)


def looks_like_a_key(token: str) -> bool:
    return token.startswith(KEY_PREFIX) and token[-8:] == _checksum(token[:-8])


def digest_of(token: str) -> str:
    """The stored hash of a token. It has 160 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
