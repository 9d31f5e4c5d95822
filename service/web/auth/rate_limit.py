"""Rate limits: requests are counted per minute in this process, and each response reports the count (RateLimit headers, IETF
draft 11)."""

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, g, request

from service.config import Settings
from service.domain.errors import Code, Refusal
from service.web.http.client_ip import client_ip
from service.web.http.environ_keys import RATE_COUNTED
from service.web.resources.rate_counter import WINDOW
from service.web.resources.web_resources import resources

P = ParamSpec("P")
R = TypeVar("R")


class Rate(StrEnum):
    """The rate limits. The value is the policy's name in the headers."""

    KEY = "key"
    ADDRESS = "address"
    FORM = "form"
    SIGN_IN = "sign-in"
    PAGE = "page"


class RateLimited(Refusal):
    """The caller has used up the rate limit of this route."""

    code = Code.TOO_MANY


def rate_limited(rate: Rate) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a view with its rate limit. Write it below `require_scope`, so that the caller is known when the request is
    counted."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            count(rate)
            return view(*args, **kwargs)

        counted.rate = rate  # type: ignore[attr-defined]
        return counted

    return decorate


def count(rate: Rate) -> None:
    """Count this request. Raises RateLimited if the quota is used up. `add_rate_limit_headers` reports the usage in both
    cases."""
    quota = quota_of(rate, resources().settings)
    used, reset = request.environ.pop(RATE_COUNTED, None) or resources().counters.hit(f"{rate}:{_who(rate)}")
    g.rate = (rate, quota, max(0, quota - used), reset)
    if used > quota:
        raise RateLimited(f"at most {quota} requests a minute are taken here; try again in {reset} s")


def charge(rate: Rate, calls: int) -> None:
    """Count more calls for this request, because it cost more than others. The next request may be refused for it."""
    quota = quota_of(rate, resources().settings)
    used, reset = resources().counters.hit(f"{rate}:{_who(rate)}", calls=calls)
    g.rate = (rate, quota, max(0, quota - used), reset)


def add_rate_limit_headers(response: Response) -> Response:
    """Add the RateLimit headers, and Retry-After to a 429."""
    if counted := g.get("rate"):
        response.headers.extend(usage(*counted))
        if response.status_code == 429:
            response.headers["Retry-After"] = str(max(1, counted[-1]))
    return response


def usage(rate: Rate, quota: int, left: int, reset: int) -> list[tuple[str, str]]:
    """The headers with the policy and the caller's usage."""
    return [("RateLimit-Policy", f'"{rate.value}";q={quota};w={WINDOW}'), ("RateLimit", f'"{rate.value}";r={left};t={reset}')]


def quota_of(rate: Rate, settings: Settings) -> int:
    """The allowed requests per minute. Forms and sign-in have their own limit, to slow down password guessing."""
    if rate in (Rate.FORM, Rate.SIGN_IN):
        return settings.form_rate_per_minute
    return settings.rate_per_minute


def address_of(remote: str) -> str:
    """The address under which a client is counted. For IPv6 this is its /64 network, because one client usually owns the whole
    network."""
    if ":" not in remote:
        return remote
    plain = client_ip(remote)
    return str(ipaddress.ip_network((plain, 64), strict=False)) if ":" in plain else plain


def _who(rate: Rate) -> str:
    caller = g.get("caller")
    return caller.key_id.hex if rate is Rate.KEY and caller else address_of(request.remote_addr or "")
