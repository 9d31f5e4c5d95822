"""Passwords: argon2id, at most two at a time, and the same work for a name that nobody has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.domain.errors import Unavailable

MIN_LENGTH = 12
MAX_LENGTH = 200

#: 64 MiB a hash: two slots keep a flood of sign-ins from eating the memory.
_SLOTS = threading.BoundedSemaphore(2)
#: Seconds that somebody waits for a slot: threads that wait for ever would leave none for anything else.
PATIENCE = 3.0
_HASHER = PasswordHasher()
#: A hash that no password has, made with the same parameters, so that an unknown name takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def hash_password(password: str) -> str:
    """The argon2id hash to keep of a password."""
    with _slot():
        return _HASHER.hash(password)


def verify_password(kept: str, password: str) -> bool:
    """Whether a password is the one of this hash. An empty hash matches nothing, in the same time."""
    with _slot():
        try:
            return _HASHER.verify(kept or _NOBODY, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def _slot() -> Iterator[None]:
    """One of the slots. Raises Unavailable where none gets free in time."""
    if not _SLOTS.acquire(timeout=PATIENCE):
        raise Unavailable("too many people sign in at this moment; please try again in a few seconds")
    try:
        yield
    finally:
        _SLOTS.release()


def password_fault(password: str) -> str:
    """What is wrong with a new password, as a sentence; empty where nothing is."""
    if len(password) < MIN_LENGTH:
        return f"expected at least {MIN_LENGTH} characters; a few words in a row are easy to remember"
    if len(password) > MAX_LENGTH:
        return f"expected at most {MAX_LENGTH} characters"
    if len(set(password)) < 5:
        return "expected more than a few different characters"
    return ""
