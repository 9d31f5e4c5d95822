"""Passkeys: create one, sign in with one, and remove one. The browser's script asks for a challenge first, then sends the answer."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import passkeys
from service.actions.accounts.sign_in import BY_PASSKEY, Entry, hold, record_failure
from service.clock import utcnow
from service.domain.errors import Invalid, NotFound, Refusal
from service.domain.security.passwords import verify_password
from service.domain.security.relying_party import InvalidPasskey, RelyingParty
from service.store.accounts.passkeys import passkey_with, passkeys_of
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.auth.sessions import (
    cookie_name,
    current_moderator_id,
    current_sign_in,
    may_replace_password,
    over_https,
    public_page,
    set_cookie,
    signed_in,
)
from service.web.http.errors import problem_response
from service.web.http.field_types import Long, Short, Strict
from service.web.http.i18n import _
from service.web.http.json_body import parse_body
from service.web.pages.blueprint import bp, local_path, redirect_to
from service.web.pages.error_text import error_text
from service.web.resources.web_resources import resources


class NewPasskey(Strict):
    """The browser's answer with a new passkey, and its name."""

    credential: dict[str, Any]
    name: Short = ""


class PasskeyUse(Strict):
    """The browser's answer with a signature, and the page to go to."""

    credential: dict[str, Any]
    next: Long = "/queue"


class PasswordProof(Strict):
    """The current password, where the account has one."""

    old: str = Field(default="", max_length=1000)


@bp.post("/sign-in/passkey/options")
@public_page
@rate_limited(Rate.SIGN_IN)
def passkey_request() -> AnyResponse:
    """What the browser needs to sign in. The same for everybody: no account is named."""
    from service.domain.security.passkeys import request_options

    party = _party()
    with resources().database.writing() as session:
        token, challenge = passkeys.new_challenge(session, now=utcnow())
    return _with_challenge(jsonify(request_options(party, challenge=challenge)), token)


@bp.post("/sign-in/passkey/answer")
@public_page
@rate_limited(Rate.SIGN_IN)
def sign_in_by_passkey() -> AnyResponse:
    use, _bytes = parse_body(PasskeyUse)
    try:
        entry = _signed_in_by(use.credential)
    except InvalidPasskey as refusal:
        return _refused(refusal)
    return _without_challenge(set_cookie(jsonify(next=local_path(use.next)), entry))


@bp.post("/account/passkeys/options")
@signed_in
def passkey_creation() -> AnyResponse:
    """What the browser needs to create a passkey."""
    from service.domain.security.passkeys import creation_options

    proof, _bytes = parse_body(PasswordProof)
    party, owner = _party(), current_sign_in().moderator
    # Ask for the password: somebody at an unattended browser must not be able to add a passkey.
    if owner.password and not may_replace_password():
        throttle(Attempt.OWN_PASSWORD, owner.email)
        if not verify_password(owner.password, proof.old):
            return _refused(Invalid.field("/old", "wrong", _("The current password is wrong.")))
    with resources().database.writing() as session:
        hold(session, current_sign_in())
        token, challenge = passkeys.new_challenge(session, now=utcnow(), moderator_id=owner.id)
        existing = [passkey.credential_id for passkey in passkeys_of(session, owner.id)]
    options = creation_options(
        party, challenge=challenge, moderator_id=owner.id, email=owner.email, name=owner.name, existing=existing
    )
    return _with_challenge(jsonify(options), token)


@bp.post("/account/passkeys")
@signed_in
def create_passkey() -> AnyResponse:
    from service.domain.security.passkeys import verify_new

    new, _bytes = parse_body(NewPasskey)
    party = _party()
    try:
        with resources().database.writing() as session:
            challenge = passkeys.take_challenge(session, _token(), now=utcnow(), moderator_id=current_moderator_id())
        verified = verify_new(party, new.credential, challenge=challenge)
        with resources().database.writing() as session:
            owner = hold(session, current_sign_in())
            passkeys.add_passkey(session, owner, verified, name=new.name.strip() or _("Passkey"), now=utcnow())
    except Refusal as refusal:
        return _refused(refusal)
    return _without_challenge(jsonify(created=True))


@bp.post("/account/passkeys/<uuid:passkey_id>/remove")
@signed_in
def delete_passkey(passkey_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        passkeys.remove_passkey(session, hold(session, current_sign_in()), passkey_id)
    return redirect_to("pages.account", done="passkey-removed")


def _signed_in_by(credential: dict[str, Any]) -> Entry:
    """Open a session. Raises InvalidPasskey."""
    from service.domain.security.passkeys import credential_id_of, verify_use

    party = _party()
    with resources().database.writing() as session:
        # Take the challenge and commit before verifying, so that each challenge can be answered only once.
        challenge = passkeys.take_challenge(session, _token(), now=utcnow())
    with resources().database.reading() as session:
        passkey = passkey_with(session, credential_id_of(credential))
    if passkey is None:
        raise InvalidPasskey("this passkey belongs to no account here; sign in another way")
    try:
        sign_count = verify_use(
            party,
            credential,
            challenge=challenge,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            moderator_id=passkey.moderator_id,
        )
        with resources().database.writing() as session:
            agent = request.headers.get("User-Agent", "")
            return passkeys.sign_in_with(session, passkey, sign_count, user_agent=agent, now=utcnow())
    except InvalidPasskey:
        with resources().database.writing() as session:
            record_failure(session, passkey.moderator_id, how=BY_PASSKEY)
        raise


def _party() -> RelyingParty:
    party = RelyingParty.of(resources().settings.url)
    if party is None:
        raise NotFound("passkeys need https, and a domain name in public_url")
    return party


def _refused(refusal: Refusal) -> Response:
    response = problem_response(refusal.code, error_text(refusal), refusal.faults)
    assert isinstance(response, Response)  # noqa: S101
    return _without_challenge(response)


def _with_challenge(response: Response, token: str) -> Response:
    seconds = int(passkeys.CHALLENGE_VALID.total_seconds())
    response.set_cookie(_cookie(), token, max_age=seconds, path="/", secure=over_https(), httponly=True, samesite="Strict")
    return response


def _without_challenge(response: Response) -> Response:
    response.set_cookie(_cookie(), "", expires=0, path="/", secure=over_https(), httponly=True, samesite="Strict")
    return response


def _token() -> str:
    return request.cookies.get(_cookie(), "")


def _cookie() -> str:
    return f"{cookie_name()}-passkey"
