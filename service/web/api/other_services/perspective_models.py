"""Requests and responses of Perspective's protocol. Names are camelCase; unknown fields and null are as if they were left out."""

from typing import Annotated, Literal

from pydantic import Field

from service.web.http.lenient_body import Lenient

#: The longest text, in bytes of UTF-8, as at Google.
MAX_BYTES = 20_480
PROBABILITY = "PROBABILITY"
HTML = "HTML"


class CommentText(Lenient):
    """The text. Of HTML the text that readers see is judged."""

    text: str = ""
    type: Literal["PLAIN_TEXT", "HTML", "TEXT_TYPE_UNSPECIFIED"] = "PLAIN_TEXT"


class AttributeWish(Lenient):
    """How an attribute is asked for. Scores below `scoreThreshold` are left out."""

    score_type: str = PROBABILITY
    score_threshold: float = 0.0


class AnalyzeBody(Lenient):
    """A text, and what to measure of it. Nothing is stored, whatever `doNotStore` says."""

    comment: CommentText = CommentText()
    requested_attributes: dict[str, AttributeWish] = Field(default_factory=dict)
    languages: list[str] = Field(default_factory=list)
    do_not_store: bool = False
    span_annotations: bool = False
    drop_unsupported_attributes: bool = False
    client_token: str = ""


class Score(Lenient):
    """A number from 0 to 1."""

    value: float
    type: Literal["PROBABILITY"] = "PROBABILITY"


class SpanScore(Lenient):
    """The score of a part of the text. `begin` and `end` count UTF-16 units."""

    begin: int
    end: int
    score: Score


class AttributeScores(Lenient):
    """What was measured for one attribute."""

    span_scores: tuple[SpanScore, ...]
    summary_score: Score


class AnalyzeResponse(Lenient):
    """The scores by attribute, and the language as which the text was read."""

    attribute_scores: dict[str, AttributeScores]
    languages: list[str]
    detected_languages: list[str]
    client_token: str | None = None


class SuggestedScore(Lenient):
    """What a person says that the number should be."""

    value: float


class SuggestedScores(Lenient):
    """The score of one attribute."""

    summary_score: SuggestedScore


class SuggestBody(Lenient):
    """A person's word about a text. `clientToken` names the comment: a later word about it replaces the earlier one."""

    comment: CommentText
    attribute_scores: Annotated[dict[str, SuggestedScores], Field(min_length=1)]
    client_token: Annotated[str, Field(max_length=500)] = ""


class SuggestResponse(Lenient):
    """The token that came with the request."""

    client_token: str | None = None
