"""What WordPress's export and its REST API have in common: the states of a comment and its kinds."""

from service.domain.imports.source_comment import LeftOut
from service.domain.states import State

_STATES: dict[str, State | LeftOut] = {
    "1": State.APPROVED,
    "approved": State.APPROVED,
    "approve": State.APPROVED,
    "spam": State.REJECTED,
    "trash": State.REJECTED,
    "post-trashed": LeftOut.PAGE_IN_TRASH,
}
#: The kinds that readers write. Others are pingbacks, notes of editors, and notes of a shop about its orders.
_OF_READERS = frozenset(["", "comment", "review"])


def standing_of(approved: str, kind: str) -> State | LeftOut:
    """What a comment of this state and kind is here. A state that is not known waits for a person."""
    return _STATES.get(approved.strip().lower(), State.HELD) if kind.strip() in _OF_READERS else LeftOut.OTHER_KIND


def parent_of(name: str) -> str:
    """WordPress writes 0 for "no parent"."""
    return "" if name.strip() in ("", "0") else name.strip()
