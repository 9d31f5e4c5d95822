"""Parses bodies of other services' clients: any content type, unknown fields ignored, null as if it was left out."""

from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from werkzeug.exceptions import RequestEntityTooLarge

from service.web.http.json_body import MAX_BODY, read_json, validate


class Lenient(BaseModel):
    """Base class: other clients send fields that we do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, sent: Any) -> Any:
        return {name: value for name, value in sent.items() if value is not None} if isinstance(sent, dict) else sent


Body = TypeVar("Body", bound=BaseModel)


def parse_lenient(model: type[Body]) -> Body:
    """The body of the request as this model. Raises Invalid."""
    sent = request.get_data()
    if len(sent) > MAX_BODY:
        raise RequestEntityTooLarge
    value, _ = read_json(sent)
    return validate(model, value)
