"""How often a route may be called: windows of a minute, counted in this process, said in every answer (RateLimit, draft 11)."""

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
    """Whose calls are counted together. The value is the policy's name in the headers."""

    KEY = "key"
    ADDRESS = "address"
    FORM = "form"
    SIGN_IN = "sign-in"
    PAGE = "page"


class RateLimited(Refusal):
    """More calls in a minute than this route takes."""

    code = Code.TOO_MANY


def rate_limited(rate: Rate) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a view with its rate. Stands below `asks`, so that the caller is known."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            count(rate)
            return view(*args, **kwargs)

        counted.rate = rate  # type: ignore[attr-defined]
        return counted

    return decorate


def count(rate: Rate) -> None:
    """Count this request. Raises TooMany past the quota; `say` tells where the caller stands either way."""
    quota = quota_of(rate, resources().settings)
    used, reset = request.environ.pop(RATE_COUNTED, None) or resources().counters.hit(f"{rate}:{_who(rate)}")
    g.rate = (rate, quota, max(0, quota - used), reset)
    if used > quota:
        raise RateLimited(f"at most {quota} requests a minute are taken here; try again in {reset} s")


def add_rate_limit_headers(response: Response) -> Response:
    """Put the policy and where the caller stands into the headers."""
    if counted := g.get("rate"):
        response.headers.extend(usage(*counted))
        if response.status_code == 429:
            response.headers["Retry-After"] = str(max(1, counted[-1]))
    return response


def usage(rate: Rate, quota: int, left: int, reset: int) -> list[tuple[str, str]]:
    """The policy, and where the caller stands, as headers."""
    return [("RateLimit-Policy", f'"{rate.value}";q={quota};w={WINDOW}'), ("RateLimit", f'"{rate.value}";r={left};t={reset}')]


def quota_of(rate: Rate, settings: Settings) -> int:
    """Requests a minute. Guessing a password is slower than anything else."""
    if rate in (Rate.FORM, Rate.SIGN_IN):
        return settings.form_rate_per_minute
    return settings.rate_per_minute


def address_of(remote: str) -> str:
    """A caller's address as it is counted: an IPv6 caller owns a whole /64."""
    if ":" not in remote:
        return remote
    plain = client_ip(remote)
    return str(ipaddress.ip_network((plain, 64), strict=False)) if ":" in plain else plain


def _who(rate: Rate) -> str:
    caller = g.get("caller")
    return caller.key_id.hex if rate is Rate.KEY and caller else address_of(request.remote_addr or "")
