"""What a moderator is told: mails at hours that they choose, a mail when the queue grows old, and the private feed."""

from flask import request
from flask_babel import get_locale
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.message_choices import choose_mails, renew_feed, revoke_feed, zone_of
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.waiting_minutes import MOST_MINUTES, parse_minutes
from service.store.accounts.message_choices import choice_of
from service.web.auth.sessions import (
    SecondFactorPending,
    current_moderator_id,
    current_sign_in,
    owes_second_factor,
    signed_in,
)
from service.web.http.time_zone import browser_zone
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.resources.web_resources import resources


@bp.get("/account/messages")
@signed_in
def messages() -> AnyResponse:
    return _render()


@bp.post("/account/messages")
@signed_in
def change_messages() -> AnyResponse:
    try:
        minutes = parse_minutes(request.form.get("old_after", ""))
        hours = [int(hour) for hour in request.form.getlist("hour") if hour in _HOURS]
        with resources().database.writing() as session:
            choose_mails(
                session, current_moderator_id(), hours=hours, old_after=minutes, language=str(get_locale() or "en"),
                zone=browser_zone(), now=utcnow(),
            )  # fmt: skip
    except Invalid as error:
        return _render(422, fault=error_text(error))
    return redirect_to("pages.messages", done="saved")


@bp.post("/account/messages/feed")
@signed_in
def change_feed() -> AnyResponse:
    """Make a feed address, which ends an earlier one, or revoke it."""
    if owes_second_factor():
        raise SecondFactorPending("this installation demands a second factor of you; set it up under your account")
    with resources().database.writing() as session:
        if request.form.get("act") == "revoke":
            revoke_feed(session, current_moderator_id())
            token = ""
        else:
            token = renew_feed(session, current_moderator_id(), now=utcnow())
    if not token:
        return redirect_to("pages.messages", done="revoked")
    return _render(feed_address=f"{resources().settings.url}/feeds/queue/{token}")


_HOURS = tuple(str(hour) for hour in range(24))


def _render(status: int = 200, *, fault: str = "", feed_address: str = "") -> AnyResponse:
    moderator = current_sign_in().moderator
    with resources().database.reading() as session:
        choice = choice_of(session, moderator.id)
    if not choice.zone:
        choice.zone = browser_zone()
    return page(
        "messages.html", status, choice=choice, zone=zone_of(moderator, choice).key, hours=range(24), fault=fault,
        feed_address=feed_address, done=request.args.get("done", ""), most_minutes=MOST_MINUTES,
    )  # fmt: skip
