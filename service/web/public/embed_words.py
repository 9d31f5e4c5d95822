"""The words of the embed, in the language of the reader. The script fills each {name} with a value."""

from service.web.http.i18n import _


def embed_words() -> dict[str, str]:
    return {
        "heading": _("Comments ({count})"),
        "none": _("No comments yet."),
        "anonymous": _("Anonymous"),
        "edited": _("edited"),
        "reply": _("Reply"),
        "reply_to": _("Reply to {name}"),
        "report": _("Report"),
        "report_of": _("Report the comment by {name}"),
        "edit": _("Edit"),
        "delete": _("Delete"),
        "sure": _("Delete your comment for good?"),
        "save": _("Save"),
        "cancel": _("Cancel"),
        "more": _("More comments"),
        "more_replies": _("More replies"),
        "write": _("Write a comment"),
        "text": _("Your comment"),
        "name": _("Name"),
        "email": _("E-mail"),
        "never_shown": _("never shown"),
        "website": _("Website"),
        "trap": _("Leave this empty"),
        "mail_me": _("Mail me once a moderator has decided"),
        "mail_kept": _("Your address is kept encrypted until then, for 14 days at most."),
        "send": _("Send the comment"),
        "review": _("Your comment will appear after a review."),
        "sent": _("Thank you. Your comment will appear after a review."),
        "saved": _("Your comment is changed."),
        "deleted": _("Your comment is deleted."),
        "waiting": _("Waiting for a moderator; only you see it"),
        "rejected": _("Not published; only you see it"),
        "why": _("Why?"),
        "closed": _("This article takes no more comments."),
        "failed": _("This did not work. Please try again."),
    }
