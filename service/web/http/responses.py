"""JSON responses from models."""

from flask import Response
from pydantic import BaseModel, ConfigDict


def json_response(model: BaseModel, status: int = 200) -> Response:
    """The model as JSON. Times are RFC 3339 in UTC."""
    return Response(model.model_dump_json(), status=status, content_type="application/json")


class ResponseModel(BaseModel):
    """Base class of all response models."""

    model_config = ConfigDict(frozen=True)
