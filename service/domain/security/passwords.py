"""Password hashing with argon2id: at most two at a time, and the same work for an unknown account."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.domain.errors import Unavailable

MIN_LENGTH = 12
MAX_LENGTH = 200

#: A hash takes 64 MiB: two slots keep a flood of sign-ins from exhausting the memory.
_SLOTS = threading.BoundedSemaphore(2)
#: Seconds that a sign-in waits for a slot. Without a timeout, waiting sign-ins would use up all threads.
PATIENCE = 3.0
_HASHER = PasswordHasher()
#: A hash that matches no password. It has the same parameters as real hashes, so that a sign-in to an unknown account takes as
#: long as to a known account.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def hash_password(password: str) -> str:
    """The argon2id hash of a password, to be stored. Raises Unavailable if no slot becomes free."""
    with _slot():
        return _HASHER.hash(password)


def verify_password(kept: str, password: str) -> bool:
    """Whether a password matches this hash. An empty hash matches nothing, but takes the same time. Raises Unavailable."""
    with _slot():
        try:
            return _HASHER.verify(kept or _NOBODY, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def _slot() -> Iterator[None]:
    """Hold one of the slots. Raises Unavailable if none becomes free in time."""
    if not _SLOTS.acquire(timeout=PATIENCE):
        raise Unavailable("too many people sign in at this moment; please try again in a few seconds")
    try:
        yield
    finally:
        _SLOTS.release()


def password_fault(password: str) -> str:
    """What is wrong with a new password, as a sentence; empty if it is accepted."""
    if len(password) < MIN_LENGTH:
        return f"expected at least {MIN_LENGTH} characters; a few words in a row are easy to remember"
    if len(password) > MAX_LENGTH:
        return f"expected at most {MAX_LENGTH} characters"
    if len(set(password)) < 5:
        return "expected more than a few different characters"
    return ""
