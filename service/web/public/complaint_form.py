"""The author's secret page about a restriction of their comment, and the forms by which authors and reporters complain."""

from itertools import takewhile
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import get_locale

from service.actions.reported.complain import ComplaintDraft, complain_as_author, complain_as_reporter
from service.clock import utcnow
from service.domain.errors import Conflict, Gone, Invalid, NotFound
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import COMPLAINT_TIME
from service.jobs.names import Job
from service.store.reported.complaints import complaint_about, event_at, last_event, open_complaint_of_author
from service.store.reported.statements import statement_of_event
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.errors import STATUS
from service.web.http.field_types import Email, Short, Text
from service.web.http.i18n import _
from service.web.http.responses import see_other
from service.web.http.route_metadata import page, public
from service.web.pages.error_text import sentence
from service.web.pages.highlight import visible_text
from service.web.public.form_token import signed
from service.web.public.reader_page import known, reader_page
from service.web.public.report_form import (
    ComplaintInput,
    ReaderForm,
    comment_with_site,
    report_of_token,
    report_page,
    sent_form,
    sentence_of,
    url_of,
)
from service.web.public.report_form import bp as bp
from service.web.resources.web_resources import resources


class ComplaintForm(ReaderForm):
    """What an author or a reporter sends."""

    text: Text = ""
    name: Short = ""
    email: Email = ""


@bp.get("/complaint/<token>")
@public
@page
@rate_limited(Rate.ADDRESS)
def show_complaint(token: str) -> Response:
    """Why a comment is not shown, and the form to complain. The address is the secret of its author."""
    return _author_page(token)


@bp.post("/complaint/<token>")
@public
@page
@rate_limited(Rate.FORM)
def send_complaint(token: str) -> Response:
    comment_id, seq = _restriction(token)
    try:
        with resources().database.writing() as session:
            _, site = comment_with_site(session, comment_id)
            complain_as_author(
                session, site.id, comment_id, read_complaint(site.id), seq=seq, secret_box=resources().secret_box, now=utcnow()
            )
    except (Invalid, Conflict, Gone) as error:
        return _author_page(token, STATUS[error.code], complaint_input=input_with_fault(error))
    return back_to(f"/complaint/{token}")


@bp.post("/reported/<token>/complaint")
@public
@page
@rate_limited(Rate.FORM)
def send_reporter_complaint(token: str) -> Response:
    """A reporter whose report was dismissed complains."""
    try:
        with resources().database.writing() as session:
            report = report_of_token(session, token)
            complaint = read_complaint(report.site_id)
            complain_as_reporter(session, report.id, complaint, secret_box=resources().secret_box, now=utcnow())
    except (Invalid, Conflict, Gone) as error:
        return report_page(token, STATUS[error.code], complaint_input=input_with_fault(error))
    return back_to(f"/reported/{token}")


def _author_page(token: str, status: int = 200, *, complaint_input: ComplaintInput | None = None) -> Response:
    comment_id, seq = _restriction(token)
    with resources().database.reading() as session:
        listed, site = comment_with_site(session, comment_id)
        event = event_at(session, comment_id, seq)
        if event is None:
            raise NotFound(_("There is no such comment."))
        statement = statement_of_event(event, site, links=resources().reader_links)
        complaint = complaint_about(session, comment_id, seq) or open_complaint_of_author(session, comment_id)
        last = last_event(session, comment_id)
    until = event.at + COMPLAINT_TIME
    return reader_page(
        "readers/complaint.html", status, comment=listed.comment, site=site, complaint=complaint, token=token, until=until,
        statement=lines_of(statement),
        may_complain=last is event and statement is not None and utcnow() <= until,
        form_token=signed(resources().settings.secret, site.id), complaint_input=complaint_input, plain=visible_text,
        back=url_of(listed),
    )  # fmt: skip


def lines_of(statement: dict[str, Any] | None) -> list[str]:
    """The lines of a statement of reasons up to the one that leads to this page, in the language of the page."""
    if statement is None:
        return []
    language = str(get_locale() or "en").partition("_")[0]
    text = str(statement["text"].get(language, statement["text"]["en"]))
    return list(takewhile(lambda line: statement["redress"]["complaint_url"] not in line, text.split("\n")))


def _restriction(token: str) -> tuple[UUID, int]:
    return known(resources().reader_links.restriction_of(token))


def read_complaint(site_id: str) -> ComplaintDraft:
    """The complaint that was sent. Raises Invalid. `site_id` is the site that the form was made for."""
    form = sent_form(ComplaintForm, site_id)
    return ComplaintDraft(form.text, Contact(form.name.strip(), form.email), str(get_locale() or "en")[:16])


def input_with_fault(error: Invalid | Conflict | Gone) -> ComplaintInput:
    """What was typed, with what is wrong about it."""
    sentences = {
        "/text": _("Say why the decision is wrong, in at most 4,000 characters."),
        "/email": _("Enter an e-mail address like name@example.org."),
    }
    fault = next((sentences.get(fault.pointer) or sentence_of(fault) for fault in error.faults), sentence(error.detail))
    form = request.form
    return ComplaintInput(form.get("text", ""), form.get("name", ""), form.get("email", ""), fault)


def back_to(path: str) -> Response:
    """Lead back to the page, which now shows the complaint."""
    resources().notifier.notify(Job.DELIVER)
    return see_other(path)
