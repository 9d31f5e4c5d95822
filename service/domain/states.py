"""The states of a comment."""

from enum import StrEnum


class State(StrEnum):
    """The state of a comment. `pending` until it has a verdict; `erased` is final and keeps no text."""

    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    REJECTED = "rejected"
    ERASED = "erased"


#: The states that a decision may give a comment.
DECIDABLE = frozenset({State.APPROVED, State.HELD, State.REJECTED})
