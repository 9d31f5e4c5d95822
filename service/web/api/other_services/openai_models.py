"""Requests and responses of OpenAI's moderation endpoint."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.domain.states import State

_TEXT = {"type": "object", "required": ["type", "text"], "properties": {"type": {"const": "text"}, "text": {"type": "string"}}}
_INPUT = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {"type": "array", "items": _TEXT, "minItems": 1},
    ]
}


class ModerationBody(BaseModel):
    """One text, several texts, or one text in parts. `model` is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    input: Annotated[Any, Field(json_schema_extra=_INPUT)]
    model: str | None = None


class Greenroom(BaseModel):
    """What OpenAI's form has no place for: the state that the site's policy gives, why, and the categories that were measured."""

    state: State
    reasons: list[dict[str, str]]
    measured: list[str]
    language: str


class ModerationResult(BaseModel):
    """The result of one text. A category that no check measures is null, and has no applied input type."""

    flagged: bool
    categories: dict[str, bool | None]
    category_scores: dict[str, float | None]
    category_applied_input_types: dict[str, list[str]]
    greenroom: Greenroom


class ModerationResponse(BaseModel):
    """The results, in the order of the texts."""

    id: str
    model: str
    results: list[ModerationResult]
