"""Translated texts for the queue page's script."""

from service.web.http.i18n import _


def script_words() -> dict[str, object]:
    """The texts by name. The script replaces `{n}` by a number."""
    return {
        "done": {
            "approve": _("Approved."),
            "reject": _("Rejected."),
            "spam": _("Rejected as spam."),
            "hold": _("Back in the queue."),
            "escalate": _("Escalated."),
            "skip": _("Skipped: it waits at the end."),
        },
        "many": {
            "approve": _("{n} approved."),
            "reject": _("{n} rejected."),
            "spam": _("{n} rejected as spam."),
            "hold": _("{n} back in the queue."),
            "escalate": _("{n} escalated."),
        },
        "left": _("{n} left"),
        "undone": _("Taken back."),
        "again": _("Done again."),
        "selected": _("{n} selected"),
        "fresh": _("{n} new: show them"),
        "failed": _("Not saved:"),
        "not_loaded": _("The next comments did not load. They are asked for again in a moment."),
        "offline": _("the network is away. Please decide again."),
        "signed_out": _("you are signed out. Sign in again in another tab, then decide again."),
        "away": _("Take it off my list"),
    }


def key_names() -> list[tuple[str, str]]:
    """The action of each key and its translated name, in the order of the help dialog."""
    return [
        ("next", _("Next card")),
        ("previous", _("Previous card")),
        ("approve", _("Approve")),
        ("reject", _("Reject")),
        ("spam", _("Spam")),
        ("escalate", _("Escalate to an admin")),
        ("skip", _("Skip")),
        ("undo", _("Undo")),
        ("redo", _("Redo")),
        ("select", _("Select")),
        ("extend_next", _("Select and go on")),
        ("extend_previous", _("Select and go back")),
        ("all", _("Select all")),
        ("context", _("Context")),
        ("author", _("All by this author")),
        ("search", _("Search")),
        ("focus", _("One card at a time")),
        ("help", _("This help")),
    ]
