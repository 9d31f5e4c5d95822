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
            "skip": _("Skipped. The comment is now at the end of the queue."),
        },
        "many": {
            "approve": _("{n} approved."),
            "reject": _("{n} rejected."),
            "spam": _("{n} rejected as spam."),
            "hold": _("{n} back in the queue."),
            "keep": _("{n} looked at: they stay as they are."),
            "escalate": _("{n} escalated."),
        },
        "left": _("{n} still held"),
        "undone": _("Undone."),
        "again": _("Redone."),
        "selected": _("{n} selected"),
        "selected_on_a_card": _("{n} comments selected (1 card)"),
        "selected_on_cards": _("{n} comments selected ({cards} cards)"),
        "fresh": _("Show new comments ({n})"),
        "failed": _("Not saved:"),
        "not_loaded": _("The next comments could not be loaded. Trying again in a moment."),
        "offline": _("you are offline. Decide again when you are back online."),
        "signed_out": _("you are signed out. Decide again to sign in."),
        "not_loaded_form": _("The form did not load:"),
        "unknown_author": _("This author has neither an account nor an address, so they cannot be banned or trusted."),
        "copied": _("The link is copied."),
        "show_context": _("Context"),
        "hide_context": _("Hide context"),
        "away": _("Remove from my list"),
    }


def key_names() -> list[tuple[str, str]]:
    """The action of each key and its translated name, in the order of the help dialog."""
    return [
        ("next", _("Next comment")),
        ("previous", _("Previous comment")),
        ("approve", _("Approve")),
        ("reject", _("Reject")),
        ("spam", _("Spam")),
        ("escalate", _("Escalate to an admin")),
        ("skip", _("Skip")),
        ("undo", _("Undo")),
        ("redo", _("Redo")),
        ("select", _("Select")),
        ("extend_next", _("Select and go to next")),
        ("extend_previous", _("Select and go to previous")),
        ("all", _("Select all")),
        ("context", _("Context")),
        ("details", _("Details of the comment")),
        ("note", _("Internal note")),
        ("reply", _("Reply as the site")),
        ("edit", _("Edit comment")),
        ("ban", _("Ban the author")),
        ("trust", _("Trust the author")),
        ("copy", _("Copy the link")),
        ("site", _("View on site")),
        ("author", _("All comments by this author")),
        ("reject_author", _("Reject all by this author")),
        ("search", _("Search")),
        ("focus", _("Show one comment at a time")),
        ("density", _("Cards or compact list")),
        ("help", _("Show keyboard shortcuts")),
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
        "note": _("Note added."),
        "reply": _("Your reply has been published."),
        "approved": _("The comment is approved and your reply is published."),
        "edit": _("Saved. The edited text is being checked again. The original is kept."),
        "author": _("Saved. It applies to new comments by this author."),
    }.get(done, "")
