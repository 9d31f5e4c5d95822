"""Alike: what lets one card of the queue stand for several held comments."""

from datetime import datetime
from enum import StrEnum

#: Comments of one author within so many seconds are a burst, where there are at least so many of them.
BURST_SECONDS, BURST_LEAST = 600, 3


class Alike(StrEnum):
    """What two held comments have in common: their words, where their first link leads, or an author in a hurry."""

    WORDS = "words"
    LINK = "link"
    BURST = "burst"


def burst_of(at: datetime) -> int:
    """The stretch of time that a comment belongs to, as a number."""
    return int(at.timestamp()) // BURST_SECONDS
