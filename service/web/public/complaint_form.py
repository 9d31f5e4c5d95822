"""The author's secret page about a restriction of their comment, and the forms by which authors and reporters complain."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Response, redirect, request
from flask_babel import get_locale

from service.actions.reported.complain import ComplaintDraft, complain_as_author, complain_as_reporter
from service.domain.errors import Conflict, Gone, Invalid, NotFound
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import COMPLAINT_TIME
from service.jobs.names import Job
from service.store.comments.listing import comment_of
from service.store.reported.complaints import complaint_about, event_at
from service.store.reported.reports import thread_of
from service.store.reported.statements import statement_of_event
from service.store.sites.sites import site
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.errors import STATUS
from service.web.http.field_types import Email, Line, Long, Short, Strict
from service.web.http.i18n import _
from service.web.http.json_body import validate
from service.web.http.route_metadata import page, public
from service.web.pages.highlight import visible_text
from service.web.public.form_token import seconds_since, signed
from service.web.public.reader_page import reader_page
from service.web.public.report_form import Complained, report_page
from service.web.public.report_form import bp as bp
from service.web.resources.web_resources import resources

FIELDS = ("name", "email", "rendered", "subject")


class ComplaintForm(Strict):
    """What is sent, apart from the text of the complaint."""

    name: Short = ""
    email: Email = ""
    rendered: Long = ""
    subject: Line = ""


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
            found = thread_of(session, comment_id)
            if found is None:
                raise NotFound(_("There is no such comment."))
            draft = _draft(found.site_id)
            complain_as_author(
                session, found.site_id, comment_id, draft, seq=seq, secret_box=resources().secret_box, now=datetime.now(UTC)
            )
    except (Invalid, Conflict, Gone) as error:
        return _author_page(token, STATUS[error.code], complained=_typed(error))
    return _sent(f"/complaint/{token}")


@bp.post("/reported/<token>/complaint")
@public
@page
@rate_limited(Rate.FORM)
def send_reporter_complaint(token: str) -> Response:
    """A reporter whose report was dismissed complains."""
    report_id = resources().reader_links.report_of(token)
    if report_id is None:
        raise NotFound(_("There is no such report. Please use the whole address that you were given."))
    try:
        with resources().database.writing() as session:
            complain_as_reporter(session, report_id, _draft(None), secret_box=resources().secret_box, now=datetime.now(UTC))
    except (Invalid, Conflict, Gone) as error:
        return report_page(token, STATUS[error.code], complained=_typed(error))
    return _sent(f"/reported/{token}")


def _author_page(token: str, status: int = 200, *, complained: Complained | None = None) -> Response:
    comment_id, seq = _restriction(token)
    with resources().database.reading() as session:
        found = thread_of(session, comment_id)
        listed = comment_of(session, found.site_id, comment_id) if found else None
        its_site = site(session, found.site_id) if found else None
        event = event_at(session, comment_id, seq)
        if listed is None or its_site is None or event is None:
            raise NotFound(_("There is no such comment."))
        statement = statement_of_event(event, its_site, links=resources().reader_links)
        complaint = complaint_about(session, comment_id, seq)
    until = event.at + COMPLAINT_TIME
    language = str(get_locale() or "en").partition("_")[0]
    return reader_page(
        "readers/complaint.html", status, comment=listed.comment, site=its_site, complaint=complaint, token=token, until=until,
        statement=statement["text"].get(language, statement["text"]["en"]) if statement else "",
        may_complain=listed.comment.version == seq and statement is not None and datetime.now(UTC) <= until,
        form_token=signed(resources().settings.secret, its_site.id), complained=complained, plain=visible_text,
    )  # fmt: skip


def _restriction(token: str) -> tuple[UUID, int]:
    restriction = resources().reader_links.restriction_of(token)
    if restriction is None:
        raise NotFound(_("There is no such page. Please use the whole address that you were given."))
    return restriction


def _draft(site_id: str | None) -> ComplaintDraft:
    """The complaint that was sent. Raises Invalid. `site_id` is the site that the form was made for, if it is known."""
    request.max_content_length = request.max_form_memory_size = 64 * 1024
    form = validate(ComplaintForm, {name: request.form[name] for name in FIELDS if name in request.form})
    if form.subject:
        raise Invalid(_("This could not be sent. Please try again without filling in hidden fields."))
    if site_id is not None:
        seconds_since(form.rendered, resources().settings.secret, site_id)
    text = request.form.get("text", "").replace("\r\n", "\n").replace("\0", "")
    return ComplaintDraft(text, Contact(form.name.strip(), form.email), str(get_locale() or "en")[:16])


def _typed(error: Invalid | Conflict | Gone) -> Complained:
    sentences = {
        "/text": _("Say why the decision is wrong, in at most 4,000 characters."),
        "/email": _("Enter an e-mail address like name@example.org."),
    }
    fault = next((sentences[fault.pointer] for fault in error.faults if fault.pointer in sentences), error.detail)
    form = request.form
    return Complained(form.get("text", ""), form.get("name", ""), form.get("email", ""), fault)


def _sent(path: str) -> Response:
    resources().notifier.notify(Job.DELIVER)
    response: Response = redirect(path, 303, Response)  # type: ignore[assignment]
    return response
