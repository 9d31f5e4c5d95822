"""The form by which a reader reports a comment without an account, and the secret page that says what became of it."""

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, g, request
from flask_babel import get_locale
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from service.actions.reported.receive import receive_report
from service.actions.reported.sanction import SuspendedReporter
from service.clock import utcnow
from service.domain.errors import Fault, Gone, Invalid, NotFound, Refusal, Unavailable
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import COMPLAINT_TIME, ReportKind
from service.domain.reported.report_draft import ReportDraft
from service.domain.states import State
from service.jobs.names import Job
from service.store.comments.listing import ListedComment, comment_and_site, comment_of
from service.store.reported.complaints import complaint_of_report
from service.store.reported.reports import report_with
from service.store.sites.sites import site
from service.store.tables.reported import Report, ReportState
from service.store.tables.sites import Site
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.client_ip import client_ip
from service.web.http.errors import STATUS
from service.web.http.field_types import Email, Line, Long, Short, Slug, Strict
from service.web.http.form_body import typed_fields
from service.web.http.i18n import _, moment, prefer_language
from service.web.http.json_body import validate
from service.web.http.responses import see_other
from service.web.http.route_metadata import page, public
from service.web.pages.error_text import sentence
from service.web.pages.highlight import visible_text
from service.web.pages.reported import report_text
from service.web.public.form_token import seconds_since, signed
from service.web.public.reader_page import reader_page
from service.web.resources.web_resources import resources

bp = Blueprint("readers", __name__)

#: Maximum bytes of a form, and of the comment's text that the form quotes.
LONGEST_FORM, QUOTE = 64 * 1024, 600
#: The hidden field that only bots fill in.
HONEYPOT = "subject"


class ReaderForm(Strict):
    """The hidden fields of each form for readers of comments."""

    rendered: Long = ""
    subject: Line = ""


Form = TypeVar("Form", bound=ReaderForm)


class ReportForm(ReaderForm):
    """What a reader sends. `reason` belongs to an illegal comment, `rule` to one against the rules."""

    kind: Slug = ""
    reason: Slug = ""
    rule: Slug = ""
    law: Line = ""
    text: Long = ""
    name: Short = ""
    email: Email = ""
    good_faith: Slug = ""


@dataclass(frozen=True, slots=True)
class ComplaintInput:
    """A complaint that was typed and refused, with what is wrong with it."""

    text: str = ""
    name: str = ""
    email: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A form to render: its comment, the values of its fields, and the faults in them."""

    listed: ListedComment
    site: Site
    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    message: str = ""

    @property
    def url(self) -> str:
        return url_of(self.listed)


def url_of(listed: ListedComment) -> str:
    """The exact address of the comment; empty if the address of its article is not known."""
    return f"{listed.thread.url}#comment-{listed.comment.id}" if listed.thread.url else ""


@bp.get("/report/<uuid:comment_id>")
@public
@page
@rate_limited(Rate.ADDRESS)
def show_report_form(comment_id: UUID) -> Response:
    return _form(_reported(comment_id))


@bp.post("/report/<uuid:comment_id>")
@public
@page
@rate_limited(Rate.FORM)
def send_report(comment_id: UUID) -> Response:
    g.report_form = shown = _reported(comment_id)
    sent = sent_form(ReportForm, shown.site.id)
    with resources().database.writing() as session:
        received = receive_report(
            session, shown.site.id, _draft(sent, shown), pseudonyms=resources().pseudonyms, secret_box=resources().secret_box,
            now=utcnow(),
        )  # fmt: skip
    resources().notifier.notify(Job.DELIVER)
    if received.held:
        resources().feeds.evict(received.held.thread_id)
    return see_other(f"/reported/{resources().reader_links.report_token(received.report_id)}")


@bp.get("/reported/<token>")
@public
@page
@rate_limited(Rate.ADDRESS)
def show_report(token: str) -> Response:
    """What became of a report. The address is the secret of its reporter."""
    return report_page(token)


def report_page(token: str, status: int = 200, *, complaint_input: ComplaintInput | None = None) -> Response:
    """The page of a report. `complaint_input` is a complaint that was typed and refused. Raises NotFound."""
    with resources().database.reading() as session:
        report = report_of_token(session, token)
        its_site = site(session, report.site_id)
        complaint = complaint_of_report(session, report.id)
        listed = comment_of(session, report.site_id, report.comment_id)
    until = report.decided_at + COMPLAINT_TIME if report.decided_at else None
    return reader_page(
        "readers/report.html", status, report=report, site=its_site, text=report_text, states=ReportState, plain=visible_text,
        until=until, may_complain=until is not None and utcnow() <= until, complaint=complaint, token=token,
        form_token=signed(resources().settings.secret, report.site_id), complaint_input=complaint_input,
        back=url_of(listed) if listed else "",
    )  # fmt: skip


def sent_form(model: type[Form], site_id: str) -> Form:
    """The form that was sent. Raises Invalid, also if a bot filled it in or if it was not made for this site."""
    request.max_content_length = request.max_form_memory_size = LONGEST_FORM
    form = validate(model, typed_fields(model))
    if form.subject:
        raise Invalid(_("This could not be sent. Please try again without filling in hidden fields."))
    seconds_since(form.rendered, resources().settings.secret, site_id)
    return form


def report_of_token(session: Session, token: str) -> Report:
    """The report of a secret address. Raises NotFound."""
    report_id = resources().reader_links.report_of(token)
    report = report_with(session, report_id) if report_id else None
    if report is None:
        raise NotFound(_("There is no such report. Please use the whole address that you were given."))
    prefer_language(report.language)
    return report


def comment_with_site(session: Session, comment_id: UUID) -> tuple[ListedComment, Site]:
    """The comment of an address that names no site; its page prefers the language of the comment. Raises NotFound."""
    pair = comment_and_site(session, comment_id)
    if pair is None:
        raise NotFound(_("There is no such comment."))
    prefer_language(str(pair[0].comment.context.get("language", "")))
    return pair


def _reported(comment_id: UUID) -> Shown:
    """The form for a published comment. Raises NotFound, or Gone if the public does not see it any more."""
    with resources().database.reading() as session:
        listed, its_site = comment_with_site(session, comment_id)
    if listed.comment.state == State.PENDING:
        raise NotFound(_("There is no such comment."))
    if listed.comment.state != State.APPROVED:
        raise Gone(_("This comment is not public any more."))
    return Shown(listed, its_site)


def _draft(sent: ReportForm, shown: Shown) -> ReportDraft:
    if sent.kind not in list(ReportKind):
        raise Invalid.field("/kind", "required", _("Choose whether the comment is illegal or against the rules."))
    kind = ReportKind(sent.kind)
    reason = sent.reason if kind is ReportKind.ILLEGAL else sent.rule
    if kind is ReportKind.RULES and reason not in report_text.rule_names(shown.site):
        raise Invalid.field("/rule", "required", _("Choose the rule."))
    return ReportDraft(
        comment_id=shown.listed.comment.id, kind=kind, reason=reason, text=sent.text, law=sent.law, url=shown.url,
        contact=Contact(sent.name.strip(), sent.email), address=client_ip(request.remote_addr or ""),
        language=str(get_locale() or "en")[:16], good_faith=sent.good_faith == "on",
    )  # fmt: skip


def _form(shown: Shown, status: int = 200) -> Response:
    comment = shown.listed.comment
    return reader_page(
        "readers/report_form.html", status, shown=shown, token=signed(resources().settings.secret, shown.site.id),
        quote=visible_text(comment.text[:QUOTE]), cut=len(comment.text) > QUOTE, author=visible_text(comment.author_name),
        illegal=report_text.illegal_names(), rules=report_text.rule_names(shown.site), honeypot=HONEYPOT,
        back=shown.url,
    )  # fmt: skip


@bp.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    """Show the form again with what was typed and what is wrong with it, or a plain page."""
    status = STATUS[error.code]
    shown: Shown | None = g.get("report_form")
    if isinstance(error, SuspendedReporter):
        return reader_page("readers/refused.html", status, message=_suspended(error))
    if shown is None or not isinstance(error, Invalid):
        return reader_page("readers/refused.html", status, message=sentence(error.detail))
    faults = {fault.pointer.lstrip("/"): sentence_of(fault) for fault in error.faults}
    return _form(
        Shown(shown.listed, shown.site, typed_fields(ReportForm), faults, "" if faults else sentence(error.detail)), status
    )


def _suspended(error: SuspendedReporter) -> str:
    """Until when this reporter is suspended, why, and what they can do if they do not agree."""
    return "\n".join(
        (
            _(
                "Your reports and complaints are not taken until %(day)s, because many of your reports were unfounded.",
                day=moment(error.until),
            ),
            visible_text(error.reason),
            _("If you do not agree, write to the operator of this site."),
            _("You can turn to a certified out-of-court dispute settlement body, or to a court."),
        )
    )


def sentence_of(fault: Fault) -> str:
    """What is wrong with a field, in the language of the page."""
    sentences = {
        ("/text", "blank"): _("Say why, in a few words."),
        ("/good_faith", "required"): _("Confirm that what you write is accurate and complete to your knowledge."),
        ("/reason", "required"): _("Choose what is illegal about the comment."),
        ("/law", "required"): _("Say which law the comment breaks."),
        ("/name", "required"): _("Enter your name. A report of illegal content needs it."),
        ("/email", "required"): _("Enter your e-mail address. A report of illegal content needs it."),
        ("/email", "email"): _("Enter an e-mail address like name@example.org."),
        ("/rendered", "expired"): _("This form was open for more than a day. Please send it once more."),
    }
    return sentences.get((fault.pointer, fault.code)) or sentence(fault.detail)


@bp.errorhandler(DBAPIError)
def not_stored(_error: DBAPIError) -> Response:
    return refused(Unavailable(_("Your report could not be stored just now. Please send it again.")))


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    return reader_page("readers/refused.html", 413, message=_("This is more than a report may hold."))
