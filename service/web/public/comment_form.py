"""The comment form: plain HTML that works without JavaScript and leads back to the host's page, and JSON for scripts on that page."""

from urllib.parse import urlencode

from flask import Blueprint, Response, g, request
from flask_babel import get_locale
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from service.actions.comments.submit import Submission
from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.errors import Code, Fault, Invalid, NotFound, Refusal, Unavailable
from service.domain.ids import thread_id
from service.domain.origins import origin_of
from service.domain.text.links import with_scheme
from service.jobs.names import Job
from service.store.tables.comments import Thread, ThreadState
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.client_ip import client_ip
from service.web.http.errors import STATUS, problem_response
from service.web.http.form_body import typed_fields
from service.web.http.i18n import _, prefer_language
from service.web.http.json_body import WrongType, parse_query, validate
from service.web.http.responses import json_response, see_other, wants_json
from service.web.http.route_metadata import page, public
from service.web.openapi.operation import JSON, Answer, operation
from service.web.pages.error_text import sentence
from service.web.public.cors import allow_pages_of, site_of_path
from service.web.public.decision_mail import is_offered, keep_choice
from service.web.public.embed_words import embed_words
from service.web.public.form_models import CommentSent, FormBody, FormOffer, FormQuery
from service.web.public.form_page import HONEYPOT, HTML, Shown, form_response, refused_response, template_response
from service.web.public.form_token import seconds_since, signed
from service.web.public.return_url import is_own_page, with_note
from service.web.resources.site_cache import CachedSite
from service.web.resources.web_resources import resources

bp = Blueprint("form", __name__, url_prefix="/f")
bp.after_request(allow_pages_of(site_of_path))

FORM = "application/x-www-form-urlencoded"
SITE = {"site": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"}}
#: Maximum bytes of a form: a four-byte character takes twelve when URL-encoded, and a comment may have 10,000 characters.
LONGEST_FORM = 192 * 1024


_PAGE = {HTML: {"type": "string"}}


@bp.get("/<site>")
@public
@rate_limited(Rate.ADDRESS)
@operation(
    "Form",
    "The form for a page",
    detail="A page to be framed by the site, or with `part=fields` the form alone. A script that accepts `application/json` gets what it "
    "needs to show a form of its own.",
    path=SITE,
    query=FormQuery,
    answers={200: Answer("The form", {**_PAGE, JSON: FormOffer}, ("Vary",), ("Access-Control-Allow-Origin",))},
    refused_as=HTML,
)
def show_form(site: str) -> Response:
    g.form_site = form_site = resources().sites.get(site)
    query = parse_query(FormQuery)
    prefer_language(query.language)
    if wants_json():
        return json_response(_offer(form_site, query.thread))
    values = query.model_dump(exclude={"part"})
    return form_response(Shown(form_site, values), 200, part=query.part)


@bp.post("/<site>")
@public
@rate_limited(Rate.FORM)
@operation(
    "Form",
    "Send a comment from a plain form",
    detail="Answers 303 back to `return_to`, which must be a page of the site, with `#greenroom-awaits`; without one, to the "
    "address of the thread, to the site, or to a page that says thanks. "
    "What cannot be taken is shown again with everything that was typed. A script that accepts `application/json` gets 202, or a problem "
    "that names the fields.",
    path=SITE,
    takes={FORM: FormBody},
    answers={
        202: Answer("Stored, for a script", {JSON: CommentSent}, ("Vary",), ("Access-Control-Allow-Origin",)),
        303: Answer("Stored; back to the page", headers=("Location",)),
    },
    refusals=(Code.FORBIDDEN, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
    refused_as=HTML,
)
def submit_form(site: str) -> Response:
    g.form_site = form_site = resources().sites.get(site)
    expect_own_page(form_site)
    body = _sent()
    back = _way_back(body, form_site)
    outcome = resources().group_commit.submit(_submission(body, form_site))
    if isinstance(outcome, Refusal):
        raise outcome
    resources().notifier.notify(Job.DRAIN)
    if body.mail_me and not outcome.replayed:
        keep_choice(form_site, outcome.comment_id, body.email)
    if wants_json():
        token = resources().reader_links.author_token(outcome.comment_id)
        return json_response(CommentSent(id=outcome.comment_id, token=token), 202)
    return see_other(with_note(back) if back else _thanks(body, form_site))


@bp.get("/<site>/sent")
@public
@page
@rate_limited(Rate.ADDRESS)
def show_thanks(site: str) -> Response:
    """Thanks for a comment, where no page of the site is known that could say so."""
    g.form_site = form_site = resources().sites.get(site)
    prefer_language(request.args.get("language", ""))
    back = _article(form_site, request.args.get("thread", ""))
    return template_response("form/sent.html", 200, form_site.origins, back=back)


def _offer(site: CachedSite, thread: str) -> FormOffer:
    with resources().database.reading() as session:
        row = session.get(Thread, thread_id(site.id, thread))
    locale = get_locale()
    return FormOffer(
        rendered=signed(resources().settings.secret, site.id), trap=HONEYPOT, closed=row is not None and row.state == ThreadState.CLOSED,
        mails=is_offered(site), language=str(locale or "en").replace("_", "-"), direction=locale.text_direction if locale else "ltr", words=embed_words(),
    )  # fmt: skip


def _sent() -> FormBody:
    request.max_content_length = request.max_form_memory_size = LONGEST_FORM + 1
    if len(request.get_data()) > LONGEST_FORM:
        raise RequestEntityTooLarge
    if request.mimetype != FORM:
        raise WrongType(
            f"expected a form of Content-Type: {FORM}", Fault("header:Content-Type", "media_type", f"expected {FORM}")
        )
    return validate(FormBody, _tidied(typed_fields(FormBody)))


def _tidied(fields: dict[str, str]) -> dict[str, str]:
    """What people type into one line, without blanks around it; `www.ann.example` gets its `https://`."""
    for name in fields.keys() & {"email", "url"}:
        fields[name] = fields[name].strip()
    if "url" in fields:
        fields["url"] = with_scheme(fields["url"], "https")
    return fields


def expect_own_page(site: CachedSite) -> None:
    """Raises OriginRefused if the Origin header names another site's page."""
    origin = request.headers.get("Origin", "null")
    if origin != "null" and not site.owns(origin) and origin != origin_of(resources().settings.url):
        raise OriginRefused(
            f"the origin of this page, {origin[:200]}, is not one of the site {site.id}; an admin can add it in the settings of the "
            "site, or with `greenroom site set --add-origin`"
        )


class OriginRefused(Refusal):
    """The form was sent from a page of another site."""

    code = Code.FORBIDDEN


def _way_back(body: FormBody, site: CachedSite) -> str:
    """A page of the site; empty if none is known. Raises Invalid for a `return_to` of another site."""
    if body.return_to and not is_own_page(body.return_to, site):
        raise Invalid.field("/return_to", "origin", "expected an address of this site")
    for address in (body.return_to, body.thread, request.headers.get("Referer", "")):
        if is_own_page(address, site):
            return address
    home = next((origin for origin in site.origins if origin != origin_of(resources().settings.url)), "")
    return is_own_page(_article(site, body.thread), site) or (f"{home}/" if home else "")


def _article(site: CachedSite, thread: str) -> str:
    """The address of a thread that was seen before; empty if it is not known."""
    with resources().database.reading() as session:
        row = session.get(Thread, thread_id(site.id, thread[:512].replace("\0", "")))
    return row.url if row else ""


def _thanks(body: FormBody, site: CachedSite) -> str:
    return f"{resources().settings.url}/f/{site.id}/sent?" + urlencode({"thread": body.thread, "language": body.language})


def _submission(body: FormBody, site: CachedSite) -> Submission:
    seconds = seconds_since(body.rendered, resources().settings.secret, site.id) if body.rendered else None
    page = next((page for page in (body.thread, body.return_to) if is_own_page(page, site)), "")
    draft = Draft(
        # The title is not taken from the form: anyone can forge it there, and the public feed shows it.
        thread=DraftThread(body.thread, page),
        text=body.text,
        author=DraftAuthor(name=body.name, email=body.email, url=body.url),
        parent=body.parent,
        context=DraftContext(
            ip=client_ip(request.remote_addr or ""),
            user_agent=request.headers.get("User-Agent", "")[:1000],
            referrer=request.headers.get("Referer", "")[:2048],
            language=(request.accept_languages.best or "")[:35],
            honeypot=body.subject,
            seconds_to_submit=seconds,
        ),
    )
    typed = urlencode(body.model_dump())
    # A double click sends the form twice. What was typed is the idempotency key; without a token it is that of one browser.
    browser = "" if body.rendered else f":{draft.context.ip}:{draft.context.user_agent}"
    key = f"form:{typed}{browser}"
    return Submission.sent(site.id, draft, key=key, body=typed.encode(), hashes=resources().request_hashes)


@bp.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    """Render a refusal as the form with everything that was typed, or as a plain page if the site is unknown."""
    site = g.get("form_site")
    status = STATUS[error.code]
    if wants_json():
        named = tuple(Fault(fault.pointer, fault.code, _sentence_of(fault)) for fault in error.faults)
        return problem_response(error.code, sentence(error.detail), named)
    if isinstance(error, NotFound):
        return refused_response(_("Comments are not available here."), status)
    if site is None or request.method != "POST":
        return refused_response(sentence(error.detail), status)
    try:
        values = typed_fields(FormBody) if request.mimetype == FORM else {}
    except RequestEntityTooLarge:
        values = {}
    prefer_language(values.get("language", ""))
    faults = {fault.pointer.lstrip("/"): _sentence_of(fault) for fault in error.faults}
    message = "" if faults.keys() & FormBody.model_fields.keys() else sentence(error.detail)
    return form_response(Shown(site, values, faults, message), status)


def _sentence_of(fault: Fault) -> str:
    """What is wrong with a field, in the language of the page."""
    sentences = {
        "/text": _("Write a comment of at most 10,000 characters."),
        "/name": _("Enter a name of at most 200 characters."),
        "/email": _("Enter an e-mail address like name@example.org."),
        "/url": _("Enter an address that starts with https://, or leave the field empty."),
    }
    if fault.code == "expired":
        return _("This form was open for more than a day. Please send it once more.")
    if fault.pointer in ("/thread", "/title", "/parent", "/language"):
        # The page of the site fills these in, not the reader.
        return _("This form is damaged. Please go back to the article, reload it and try again.")
    return sentences.get(fault.pointer) or sentence(fault.detail)


@bp.errorhandler(DBAPIError)
def not_stored(_error: DBAPIError) -> Response:
    return refused(Unavailable(_("Your comment could not be stored just now. Please send it again.")))


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    words = _("This is more than a comment may hold.")
    return problem_response(Code.TOO_LARGE, words) if wants_json() else refused_response(words, 413)
