"""A form that was sent after its session had ended: kept for the moderator whose session it was."""

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from service.actions.accounts.kept_forms import SentForm, keep_form
from service.clock import utcnow
from service.domain.security.tokens import digest_of
from service.store.accounts.moderators import ended_session
from service.web.auth.csrf import is_token
from service.web.auth.sessions import cookie_name
from service.web.resources.web_resources import resources

#: Fields that are not kept.
SECRETS = frozenset({"csrf", "password", "secret"})


def keep_sent_form(page: str) -> str:
    """Keep the form of this request, whose session has ended. Returns the address that shows it after the sign-in; empty if it is
    not kept.

    Only the form of a page of a site is kept, and only if both its cookie and its CSRF token are those of one session that has
    ended. So nobody but that moderator's browser can fill the table. `page` is the page that the form stands on.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    cookie = request.cookies.get(cookie_name(), "")
    if request.method != "POST" or not cookie or not str(getattr(view, "owner", "")).startswith("role:"):
        return ""
    try:
        sent = request.form
    except HTTPException:
        # More than a form may hold.
        return ""
    with resources().database.reading() as session:
        ended = ended_session(session, digest_of(cookie))
    if ended is None or not is_token(sent.get("csrf", ""), ended.csrf):
        return ""
    fields = [(name, value) for name, value in sent.items(multi=True) if name not in SECRETS]
    form = SentForm(request.full_path.rstrip("?"), page, fields)
    with resources().database.writing() as session:
        token = keep_form(session, ended.moderator_id, form, secret_box=resources().secret_box, now=utcnow())
    return f"/kept-form/{token}" if token else ""
