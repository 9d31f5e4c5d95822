"""A sign-in link by mail, for moderators who have forgotten their password or never set one."""

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.mails import LINK_VALID, queue_mail
from service.clock import utcnow
from service.domain.errors import NotFound
from service.jobs.names import Job
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.auth.sessions import public_page
from service.web.http.i18n import _
from service.web.pages.account.mail_text import link_mail
from service.web.pages.blueprint import bp, local_path, page
from service.web.resources.web_resources import resources


@bp.post("/sign-in/link/send")
@public_page
@rate_limited(Rate.SIGN_IN)
def send_link() -> AnyResponse:
    """Ask for a link. The work and the answer are the same for every address: the worker finds out whether it has an account."""
    if not resources().settings.sends_mail:
        raise NotFound("no mail is set up here; ask an admin for a sign-in link")
    email, goal = request.form.get("email", "").strip().casefold()[:320], local_path(request.form.get("next", ""))
    if "@" not in email or "\0" in email:
        return page(
            "sign_in.html", 422, goal=goal, email=email, fault=_("Type your e-mail address first. The link is sent to it.")
        )
    throttle(Attempt.MAIL, email)
    with resources().database.writing() as session:
        queue_mail(
            session,
            link_mail(email),
            secret_box=resources().secret_box,
            now=utcnow(),
            valid=LINK_VALID,
            needs_link=True,
        )
    resources().notifier.notify(Job.MAIL)
    return page("sign_in.html", goal=goal, email=email, fault="", sent=True)
