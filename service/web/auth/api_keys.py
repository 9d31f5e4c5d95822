"""API key authentication: a bearer key identifies the caller, and a route requires a scope."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request

from service.domain.errors import Code, Refusal
from service.domain.security.tokens import digest_of, looks_like_a_key
from service.store.sites.sites import ApiKeyHolder
from service.store.tables.sites import Scope
from service.web.auth.rate_limit import Rate, count
from service.web.http.environ_keys import CALLER
from service.web.resources.web_resources import resources

P = ParamSpec("P")
R = TypeVar("R")


class Unauthenticated(Refusal):
    """No API key, or an unknown one."""

    code = Code.UNAUTHENTICATED


class Forbidden(Refusal):
    """The caller is known, but may not do this."""

    code = Code.FORBIDDEN


def require_scope(scope: Scope, *, in_query: str = "", in_header: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a view: only callers with this scope (or admin) may call it. `api_key()` returns the caller.

    A protocol may have the key in its query or in a header of its own, instead of `Authorization`.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.caller = _recognised(_token(in_query, in_header))
            if not g.caller.scopes & {scope, Scope.ADMIN}:
                raise Forbidden(f"this key lacks the scope {scope.value}; `greenroom key add` makes one that has it")
            return view(*args, **kwargs)

        guarded.owner = f"key:{scope}"  # type: ignore[attr-defined]
        return guarded

    return decorate


def api_key() -> ApiKeyHolder:
    return cast("ApiKeyHolder", g.caller)


def _token(in_query: str, in_header: str) -> str:
    if in_query and (token := request.args.get(in_query)):
        return token.strip()
    if in_header and (token := request.headers.get(in_header)):
        return token.strip()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _recognised(token: str) -> ApiKeyHolder:
    if cached := request.environ.get(CALLER):
        # The fast path has looked it up. Do not look it up again: the database may hang.
        return cast("ApiKeyHolder", cached)
    if token and (known := resources().api_keys.cached(digest_of(token))):
        return known
    # Guesses of keys count against the rate limit of their address, before the database is asked about one.
    count(Rate.ADDRESS)
    if not token:
        raise Unauthenticated("expected a header `Authorization: Bearer grk_…` with a key of your site")
    if not looks_like_a_key(token):
        raise Unauthenticated("that is not a Greenroom key: expected grk_ and 48 characters; was it cut or mistyped?")
    caller = resources().api_keys.get(digest_of(token))
    if caller is None:
        raise Unauthenticated("this key is unknown or was revoked; `greenroom key add SITE` makes a new one")
    return caller
