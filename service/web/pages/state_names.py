"""The names of the states of a comment."""

from service.domain.states import State
from service.web.http.i18n import _


def state_names() -> dict[str, str]:
    """Translated names of the states."""
    return {
        State.PENDING: _("being checked"),
        State.APPROVED: _("approved"),
        State.HELD: _("held"),
        State.REJECTED: _("rejected"),
        State.ERASED: _("deleted"),
    }
