"""What a button or a key of the queue page does."""

from dataclasses import dataclass

from service.domain.errors import Invalid
from service.domain.states import State
from service.web.http.i18n import _
from service.web.pages.queue.rejection_reasons import SPAM

STATES = {"approve": State.APPROVED, "reject": State.REJECTED, "spam": State.REJECTED, "hold": State.HELD}


@dataclass(frozen=True, slots=True)
class QueueAct:
    """A queue action: its kind, the new state and the reason."""

    kind: str
    state: State | None
    reason: str = ""


def act_of(word: str) -> QueueAct:
    """Parse a button's value: `approve`, `reject`, `reject:reason`, `spam`, `hold`, `keep:state`, `escalate:to` or `skip`. Raises
    Invalid."""
    kind, _, reason = word.partition(":")
    if kind == "keep" and reason in (State.APPROVED, State.REJECTED):
        return QueueAct(kind, State(reason))
    if kind in ("escalate", "skip"):
        return QueueAct(kind, None, reason[:64])
    if kind not in STATES:
        raise Invalid.field("/act", "unknown", f"expected one of {', '.join(STATES)}, escalate or skip")
    return QueueAct(kind, STATES[kind], SPAM if kind == "spam" else reason[:64] if kind == "reject" else "")


def approves_with_message(act: QueueAct, note: str) -> str:
    """The error if an approval comes with a message to the author, else an empty string.

    Only the rejection form has such a message. So the browser must have sent a different button from the one that the person
    pressed.
    """
    if act.state is not State.APPROVED or not note.strip():
        return ""
    return _("Nothing was decided. You can send a message to the author only when you reject.")
