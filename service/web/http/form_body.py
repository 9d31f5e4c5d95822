"""The fields of an HTML form as they were typed."""

from flask import request
from pydantic import BaseModel


def typed_fields(model: type[BaseModel]) -> dict[str, str]:
    """The fields that this model knows; others are ignored. CRLF becomes LF, so that a line end counts as one character."""
    form = request.form
    return {name: form[name].replace("\r\n", "\n") for name in model.model_fields if name in form}
