"""Limits the attempts at the password or code of one account, in all processes together and from all addresses, so that a botnet
cannot guess faster.

Strangers can use up the attempts at an account. So a browser that has signed in to the account before has attempts of its own
(OWASP: device cookies), and so has a person who is signed in. An address without an account is counted in the same way: nothing
tells whether there is one.
"""

from enum import StrEnum

from flask import request

from service.actions.accounts.sign_in_attempts import count_attempt
from service.clock import utcnow
from service.web.auth.rate_limit import RateLimited
from service.web.auth.sessions import device_cookie_name
from service.web.resources.web_resources import resources


class Attempt(StrEnum):
    """What is attempted. The password and the code of a person who is signed in are counted apart from those at sign-in."""

    PASSWORD = "password"  # noqa: S105
    CODE = "code"
    OWN_PASSWORD = "own password"  # noqa: S105
    OWN_CODE = "own code"
    MAIL = "mail"


def throttle(attempt: Attempt, email: str) -> str:
    """Count one attempt at the account with this address. Returns the bucket in which it is counted. Raises RateLimited."""
    account = email.strip().casefold()
    device = resources().known_devices.device_in(request.cookies.get(device_cookie_name(), ""), account)
    bucket = resources().pseudonyms.sign_in_bucket(attempt, account, device)
    with resources().database.writing() as session:
        is_free = count_attempt(session, bucket, now=utcnow())
    if not is_free:
        raise RateLimited("too many tries to sign in; wait a minute, or ask an admin for a sign-in link")
    return bucket
