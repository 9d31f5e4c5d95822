"""What all addresses of Akismet's protocol share: where the key is found, how the fields are read, errors as text."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from service.domain.errors import Refusal
from service.store.sites.sites import ApiKeyHolder
from service.store.tables.sites import ApiKeyKind
from service.web.api.akismet_request import Fields, decoded
from service.web.auth.rate_limit import Rate, count
from service.web.http.errors import STATUS
from service.web.http.json_body import MAX_BODY, read_json
from service.web.openapi.operation import JSON, Answer
from service.web.resources.web_resources import resources

P = ParamSpec("P")

TAG = "Akismet"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"
INVALID = "invalid"


def with_key(view: Callable[P, Response]) -> Callable[P, Response]:
    """Decorates a view: finds the API key in `api_key`, in `key`, or before the first dot of the host name. Without a valid key the
    response is `invalid`.

    A `verify-key` request checks the key in `key`: in `api_key` WordPress may send the key that it has stored already.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        g.fields = fields = Fields(_sent(), from_wordpress=request.user_agent.string.startswith("WordPress/"))
        tested = fields.tested_key if request.endpoint == "akismet.verify" else None
        for token in (fields.key, request.host.partition(".")[0]) if tested is None else (tested,):
            if len(token) == 12 and not set(token) - set("0123456789abcdef"):
                g.token, g.caller = token, _caller(resources().pseudonyms.short_key(token))
                break
        if not g.get("caller"):
            count(Rate.KEY)
            return text_response(INVALID)
        return view(*args, **kwargs)

    guarded.owner = "akismet key"  # type: ignore[attr-defined]
    return guarded


def text_response(words: str, status: int = 200) -> Response:
    return Response(words, status, content_type=f"{TEXT}; charset=utf-8")


def answers(*words: str, headers: tuple[str, ...] = (), sometimes: tuple[str, ...] = ()) -> dict[int, Answer]:
    """The entry of a text response in the API document."""
    body = {TEXT: {"type": "string", "enum": [*words, INVALID]}}
    return {200: Answer("As Akismet answers", body, headers, sometimes)}


def refuse_in_text(bp: Blueprint) -> None:
    """Errors of this blueprint are short texts, as its clients expect."""
    bp.register_error_handler(Refusal, _refused)
    bp.register_error_handler(RequestEntityTooLarge, _too_large)
    bp.register_error_handler(DBAPIError, _not_stored)


def _caller(digest: str) -> ApiKeyHolder | None:
    """The holder of the key. Guesses count against the rate limit of their address, before the database is asked."""
    keys = resources().api_keys
    if (known := keys.cached(digest)) is None:
        count(Rate.ADDRESS)
    return known or keys.get(digest, ApiKeyKind.AKISMET)


def _sent() -> Mapping[str, Any]:
    """The fields of a query, a form or a JSON body. Empty for any other body."""
    if request.method != "POST":
        return request.args.to_dict()
    request.max_content_length = request.max_form_memory_size = 3 * MAX_BODY + 1
    if len(request.get_data()) > 3 * MAX_BODY:
        raise RequestEntityTooLarge
    if request.mimetype == JSON:
        try:
            body, _ = read_json(request.get_data())
        except Refusal:
            return {}
        return body if isinstance(body, dict) else {}
    fields = request.form.to_dict()
    if request.mimetype != FORM:
        return fields
    return decoded(request.get_data(), fields.get("blog_charset", "")) or fields


def _refused(error: Refusal) -> Response:
    return text_response(error.detail, STATUS[error.code])


def _too_large(_: RequestEntityTooLarge) -> Response:
    return text_response("this is more than a comment may hold", 413)


def _not_stored(_: DBAPIError) -> Response:
    response = text_response("the database did not answer; please send this again", 503)
    response.headers["Retry-After"] = "1"
    return response
