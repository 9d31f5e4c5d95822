"""JSON responses from models, and redirects after a form."""

from flask import Response, redirect, request
from pydantic import BaseModel, ConfigDict


def json_response(model: BaseModel, status: int = 200) -> Response:
    """The model as JSON. Times are RFC 3339 in UTC."""
    return Response(model.model_dump_json(), status=status, content_type="application/json")


def wants_json() -> bool:
    """Whether the caller prefers JSON to a page, by its Accept header."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def see_other(address: str) -> Response:
    """A 303 redirect after a form, so that a reload does not send the form again."""
    response: Response = redirect(address, 303, Response)  # type: ignore[assignment]
    return response


class ResponseModel(BaseModel):
    """Base class of all response models."""

    model_config = ConfigDict(frozen=True)
