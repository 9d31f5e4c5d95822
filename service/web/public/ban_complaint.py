"""The author's secret page about their ban, and the form by which they complain."""

from datetime import datetime
from uuid import UUID

from flask import Response

from service.actions.reported.complain import complain_about_ban
from service.clock import utcnow
from service.domain.errors import Conflict, Gone, Invalid
from service.domain.reported.kinds import COMPLAINT_TIME
from service.store.reported.complaints import complaint_of_ban, last_complaint_about_ban
from service.store.reported.statements import statement_of_author
from service.store.sites.sites import policy_of
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.errors import STATUS
from service.web.http.route_metadata import page, public
from service.web.pages.highlight import visible_text
from service.web.public.complaint_form import back_to, input_with_fault, lines_of, read_complaint
from service.web.public.form_token import signed
from service.web.public.reader_page import known, reader_page
from service.web.public.report_form import ComplaintInput, comment_with_site
from service.web.public.report_form import bp as bp
from service.web.resources.web_resources import resources


@bp.get("/banned/<token>")
@public
@page
@rate_limited(Rate.ADDRESS)
def show_ban(token: str) -> Response:
    """Why the author of a comment is banned, and the form to complain. The address is their secret."""
    return _ban_page(token)


@bp.post("/banned/<token>")
@public
@page
@rate_limited(Rate.FORM)
def send_ban_complaint(token: str) -> Response:
    comment_id = _comment_id(token)
    try:
        with resources().database.writing() as session:
            _, site = comment_with_site(session, comment_id)
            secret_box = resources().secret_box
            complain_about_ban(session, site.id, comment_id, read_complaint(site.id), secret_box=secret_box, now=utcnow())
    except (Invalid, Conflict, Gone) as error:
        return _ban_page(token, STATUS[error.code], complaint_input=input_with_fault(error))
    return back_to(f"/banned/{token}")


def _ban_page(token: str, status: int = 200, *, complaint_input: ComplaintInput | None = None) -> Response:
    comment_id, now = _comment_id(token), utcnow()
    with resources().database.reading() as session:
        listed, site = comment_with_site(session, comment_id)
        ban = policy_of(site).ban(listed.comment.author_key, at=now)
        statement = statement_of_author(listed.comment, site, now=now, links=resources().reader_links)
        complaint = complaint_of_ban(session, UUID(ban["id"])) if ban else last_complaint_about_ban(session, comment_id)
    until = datetime.fromisoformat(ban["at"]) + COMPLAINT_TIME if ban else now
    return reader_page(
        "readers/ban.html", status, site=site, complaint=complaint, token=token, until=until, statement=lines_of(statement),
        may_complain=ban is not None and now <= until, form_token=signed(resources().settings.secret, site.id),
        complaint_input=complaint_input, plain=visible_text, back=listed.thread.url,
    )  # fmt: skip


def _comment_id(token: str) -> UUID:
    return known(resources().reader_links.banned_for(token))
