"""Translated texts for the queue page's script."""

from service.web.http.i18n import _, ngettext


def script_words() -> dict[str, object]:
    """The texts by name. The script replaces `{n}` by a number."""
    return {
        "done": {
            "approve": ngettext("Approved.", "%(num)s approved.", 1),
            "reject": ngettext("Rejected.", "%(num)s rejected.", 1),
            "spam": _("Rejected as spam."),
            "hold": ngettext("Back in the queue.", "%(num)s back in the queue.", 1),
            "keep": _("Looked at: it stays as it is."),
            "escalate": _("Escalated."),
            "skip": _("Skipped: it waits at the end."),
        },
        "many": {
            "approve": _("{n} approved."),
            "reject": _("{n} rejected."),
            "spam": _("{n} rejected as spam."),
            "hold": _("{n} back in the queue."),
            "keep": _("{n} looked at: they stay as they are."),
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
        "signed_out": _("you are signed out. Decide again to sign in."),
        "not_loaded_form": _("The form did not load:"),
        "unknown_author": _("This author has neither an account nor an address, so they cannot be banned or trusted."),
        "copied": _("The link is copied."),
        "show_context": _("Context"),
        "hide_context": _("Hide context"),
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
        ("details", _("Details of the comment")),
        ("note", _("Note for colleagues")),
        ("reply", _("Reply as the site")),
        ("edit", _("Edit the words")),
        ("ban", _("Ban the author")),
        ("trust", _("Trust the author")),
        ("copy", _("Copy the link")),
        ("site", _("View on site")),
        ("author", _("All by this author")),
        ("reject_author", _("Reject all by this author")),
        ("search", _("Search")),
        ("focus", _("One card at a time")),
        ("density", _("Cards or compact list")),
        ("help", _("This help")),
    ]


def tool_names() -> list[tuple[str, str]]:
    """The buttons that the script adds to each card: the tool and its translated name."""
    return [
        ("context", _("Context")),
        ("note", _("Note")),
        ("reply", _("Reply")),
        ("edit", _("Edit")),
        ("ban", _("Ban")),
        ("trust", _("Trust")),
        ("copy", _("Copy link")),
    ]


def done_text(done: str) -> str:
    """The sentence that says what a tool did; empty for an unknown word."""
    return {
        "note": _("The note is pinned."),
        "reply": _("Your reply is published."),
        "approved": _("The comment is approved and your reply is published."),
        "edit": _("The new words are being checked; the original is kept."),
        "author": _("Noted. It counts for what comes from now on."),
    }.get(done, "")
