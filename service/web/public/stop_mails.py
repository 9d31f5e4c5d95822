"""Stop the mails about queues, from the link in each mail: one more click, and no sign-in. Mailboxes send the POST themselves (RFC 8058)."""

from uuid import UUID

from flask import Blueprint, Response

from service.actions.accounts.message_choices import stop_mails
from service.domain.errors import Refusal
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.errors import STATUS
from service.web.http.route_metadata import page, public
from service.web.pages.error_text import sentence
from service.web.public.reader_page import known, reader_page
from service.web.resources.web_resources import resources

bp = Blueprint("mails", __name__)


@bp.get("/mails/<token>")
@public
@page
@rate_limited(Rate.ADDRESS)
def ask(token: str) -> Response:
    """Scanners of mailboxes open links, so opening one changes nothing."""
    _moderator(token)
    return reader_page("readers/stop_mails.html", token=token, stopped=False)


@bp.post("/mails/<token>")
@public
@page
@rate_limited(Rate.FORM)
def stop(token: str) -> Response:
    moderator_id = _moderator(token)
    with resources().database.writing() as session:
        stop_mails(session, moderator_id)
    return reader_page("readers/stop_mails.html", token=token, stopped=True)


@bp.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    return reader_page("readers/refused.html", STATUS[error.code], message=sentence(error.detail))


def _moderator(token: str) -> UUID:
    return known(resources().reader_links.moderator_of_mails(token))
