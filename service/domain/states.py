"""The states of a comment, and which of them the public may see."""

from enum import StrEnum


class State(StrEnum):
    """Where a comment is. `pending` until the checks have spoken; `erased` is final and keeps no words."""

    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    REJECTED = "rejected"
    ERASED = "erased"


#: The states a person may give a comment.
DECIDABLE = frozenset({State.APPROVED, State.HELD, State.REJECTED})
