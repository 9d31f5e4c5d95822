"""The form that bans, trusts or reviews an author, as it stands on cards, on the page of a comment and on an author's page."""

from datetime import timedelta

from flask import request

from service.actions.moderation.authors import Judgement
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.policy.site_policy import AUTHOR_LISTS, SENDER_LISTS
from service.web.http.i18n import _
from service.web.pages.queue.rejection_reasons import SPAM, reason_labels

#: How long a ban, a trust or a review may last, as the form names it. None: for good.
DURATIONS: dict[str, timedelta | None] = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "365d": timedelta(days=365),
    "ever": None,
}


def judgement(act: str) -> Judgement:
    """The ban, trust or review that the form asks for. No length is assumed. Raises Invalid."""
    if act not in AUTHOR_LISTS:
        raise Invalid.field("/act", "unknown", f"expected one of {', '.join(AUTHOR_LISTS)}")
    length = request.form.get("for", "")
    if length not in DURATIONS:
        raise Invalid.field("/for", "missing", _("Choose for how long."))
    lasts = DURATIONS[length]
    also = frozenset(request.form.getlist("also")) if act == "ban" else frozenset()
    if also and lasts is None and also <= SENDER_LISTS.keys():
        raise Invalid.field("/for", "no_end", _("A ban of a whole e-mail domain or network needs an end: choose another length."))
    until = utcnow() + lasts if lasts else None
    return Judgement(act, until, request.form.get("why", "").replace("\0", ""), also, _reason())


def _reason() -> str:
    """The rejection reason of the form. Where a form can reject comments, spam is preselected for that: there it counts only where
    comments are rejected. Raises Invalid."""
    reason = request.form.get("reason", "")
    if reason and reason not in reason_labels():
        raise Invalid.field("/reason", "unknown", _("Choose a reason."))
    preselected = "since" in request.form and not request.form.getlist("remove")
    return "" if reason == SPAM and preselected else reason
