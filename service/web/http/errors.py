"""Every error that leaves the house: RFC 9457 problem+json, with the fields named and the request's id."""

import logging
from http import HTTPStatus

from flask import Flask, Response, g
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from service.domain.errors import Code, Fault, Refusal
from service.error_facts import short_error_facts
from service.web.http.json_body import MAX_BODY

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
    # Not 410: clients, caches and testing tools agree about 404 alone; the code tells who wants to know.
    Code.GONE: 404,
    Code.ARCHIVED: 404,
    Code.TOO_LARGE: 413,
    Code.WRONG_TYPE: 415,
    Code.KEY_REUSED: 422,
    Code.TOO_SLOW: 408,
    Code.TOO_MANY: 429,
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


class ProblemResponse(BaseModel):
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
    shown = in_words(code, detail, faults, status=status, request_id=g.get("request_id", ""))
    response = Response(shown.model_dump_json(), status, content_type=PROBLEM)
    if code in (Code.UNAVAILABLE, Code.IN_PROGRESS):
        response.headers["Retry-After"] = "1"
    if code is Code.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="greenroom"'
    return response


def in_words(code: Code, detail: str, faults: tuple[Fault, ...] = (), *, status: int, request_id: str) -> ProblemResponse:
    """What one problem says. `type` is a path of our own documentation."""
    return ProblemResponse(
        type=f"/docs/errors#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=tuple(FaultResponse(pointer=f.pointer, code=f.code, detail=f.detail) for f in faults),
        request_id=request_id,
    )


def register_error_handlers(app: Flask) -> None:
    """The one place where an error becomes an answer."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        return problem_response(error.code, error.detail, error.faults)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
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

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    def database(error: Exception) -> Response:
        # Most often nothing was stored; a commit whose answer was lost cannot be told from one that failed.
        log.error("database_failed", extra=short_error_facts(error))
        return problem_response(
            Code.UNAVAILABLE, "the database did not answer; please send this again with the same Idempotency-Key"
        )

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.exception("unforeseen", exc_info=error)
        return problem_response(Code.INTERNAL, "something broke on our side; it was logged under this request id")
