"""The page of an invitation link: it shows the offered roles, and asks for the password or code that is needed to accept them."""

from collections.abc import Sequence

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import invitations
from service.actions.accounts.sign_in import AccountChanged
from service.clock import utcnow
from service.domain.errors import Gone, Invalid
from service.domain.security.passwords import verify_password
from service.store.accounts.moderators import SignedIn
from service.store.tables.accounts import Moderator
from service.store.tables.invitations import Invitation
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.sessions import look_up, set_cookie
from service.web.http.i18n import _
from service.web.pages.blueprint import page, redirect_to
from service.web.resources.web_resources import resources


def show_invitation(token: str, offers: Sequence[Invitation], status: int = 200, *, fault: str = "") -> AnyResponse:
    browser = _browser_of(offers)
    with resources().database.reading() as session:
        account = session.get_one(Moderator, offers[0].moderator_id)
    return page(
        "invitation.html",
        status,
        token=token,
        offers=offers,
        email=account.email,
        fault=fault,
        signed_in=browser is not None,
        asks_password=browser is not None and account.password,
        asks_code=browser is not None and account.totp_enabled_at,
    )


def accept_invitation(token: str, offers: Sequence[Invitation]) -> AnyResponse:
    """Accept the invitation. In a browser that is signed in to the account, ask for the password again: nobody can accept it in an
    unattended browser, and only what is proved opens the new role."""
    browser = _browser_of(offers)
    if browser is None and offers[0].signed_in:
        return show_invitation(token, offers, 403, fault=_("First sign in to this account. Then accept here."))
    if browser:
        if not _knows_password(browser):
            return show_invitation(token, offers, 422, fault=_("The current password is wrong."))
        throttle(Attempt.OWN_CODE, browser.moderator.email)
    code, agent = request.form.get("code", "")[:100], request.headers.get("User-Agent", "")
    try:
        with resources().database.writing() as session:
            entered = invitations.accept(
                session,
                token,
                browser=browser,
                code=code,
                secret_box=resources().secret_box,
                user_agent=agent,
                now=utcnow(),
            )
    except Invalid:
        fault = _("Wrong or already used code. Wait for the next one.")
        return show_invitation(token, offers, 422, fault=fault)
    except AccountChanged:
        return show_invitation(token, offers, 403)
    except Gone:
        return page("link.html", 410, good=False, token=token)
    response = redirect_to("pages.account", done="accepted") if browser else redirect_to("pages.first_password")
    assert isinstance(response, Response)  # noqa: S101
    return set_cookie(response, entered)


def _browser_of(offers: Sequence[Invitation]) -> SignedIn | None:
    """The session of this browser, if it is signed in to the invited account, else None."""
    browser = look_up()
    return browser if browser and browser.moderator.id == offers[0].moderator_id else None


def _knows_password(browser: SignedIn) -> bool:
    password = browser.moderator.password
    if not password:
        return True
    throttle(Attempt.OWN_PASSWORD, browser.moderator.email)
    return verify_password(password, request.form.get("password", "")[:1000])
