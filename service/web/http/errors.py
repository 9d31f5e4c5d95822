"""All error responses: RFC 9457 problem+json, with the faulty fields and the request id."""

import logging
from http import HTTPStatus

from flask import Flask, Response, g, request
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from service.domain.errors import Code, Fault, Refusal
from service.error_facts import short_error_facts
from service.web.http.json_body import MAX_BODY
from service.web.http.sub_path import sub_path_of

PROBLEM = "application/problem+json"

log = logging.getLogger("greenroom.web")

STATUS: dict[Code, int] = {
    Code.INVALID: 422,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CONFLICT: 409,
    Code.ALREADY_DECIDED: 409,
    Code.IN_PROGRESS: 409,
    # Not 410: clients, caches and test tools handle 404 in the same way, but not 410. The `code` of the problem distinguishes
    # gone from not found.
    Code.GONE: 404,
    # Not 404: a host that asks to erase a comment would take that for "erased", and the archive still has it.
    Code.ARCHIVED: 409,
    Code.TOO_LARGE: 413,
    Code.WRONG_TYPE: 415,
    Code.KEY_REUSED: 422,
    Code.TOO_SLOW: 408,
    Code.TOO_MANY: 429,
    Code.HEADERS_TOO_LARGE: 431,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
}
_OF_STATUS = {401: Code.UNAUTHENTICATED, 403: Code.FORBIDDEN, 404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 408: Code.TOO_SLOW, 413: Code.TOO_LARGE,
              415: Code.WRONG_TYPE, 429: Code.TOO_MANY, 503: Code.UNAVAILABLE}  # fmt: skip


class FaultResponse(BaseModel):
    """One thing wrong with one field: a JSON pointer into the body, or `query:name`, `header:name`, `path:name`."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is stable; `type` explains it."""

    type: str
    title: str
    status: int
    code: Code
    detail: str
    errors: tuple[FaultResponse, ...]
    request_id: str


def problem_response(code: Code, detail: str, faults: tuple[Fault, ...] = (), *, status: int | None = None) -> Response:
    """One problem as a response."""
    status = status or STATUS[code]
    problem = in_words(
        code, detail, faults, status=status, request_id=g.get("request_id", ""), sub_path=sub_path_of(request.environ)
    )
    response = Response(problem.model_dump_json(), status, content_type=PROBLEM)
    if code in (Code.UNAVAILABLE, Code.IN_PROGRESS):
        response.headers["Retry-After"] = "1"
    if code is Code.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="greenroom"'
    return response


def in_words(code: Code, detail: str, faults: tuple[Fault, ...] = (), *, status: int, request_id: str, sub_path: str) -> Problem:
    """Build the model of one problem. `type` is a path of our own documentation."""
    return Problem(
        type=f"{sub_path}/docs/errors#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=tuple(FaultResponse(pointer=f.pointer, code=f.code, detail=f.detail) for f in faults),
        request_id=request_id,
    )


def http_problem(error: HTTPException) -> Response:
    """An error of HTTP itself, such as an unknown address, as a response."""
    status = error.code or 500
    code = _OF_STATUS.get(status, Code.INVALID if status < 500 else Code.INTERNAL)
    detail = error.description or error.name
    faults: tuple[Fault, ...] = ()
    if code is Code.TOO_LARGE:
        detail = f"expected a body of at most {MAX_BODY // 1024} KB"
        faults = (Fault("", "too_large", detail),)
    answer = problem_response(code, detail, faults, status=status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def register_error_handlers(app: Flask) -> None:
    """Turn every exception into a response."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        return problem_response(error.code, error.detail, error.faults)

    app.register_error_handler(HTTPException, http_problem)

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    def database(error: Exception) -> Response:
        # Usually nothing was stored. But a commit that failed looks the same as a commit whose response was lost.
        log.error("database_failed", extra=short_error_facts(error))
        return problem_response(
            Code.UNAVAILABLE, "the database did not answer; please send this again with the same Idempotency-Key"
        )

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.exception("unexpected_error", exc_info=error)
        return problem_response(Code.INTERNAL, "something broke on our side; it was logged under this request id")
