"""Perspective's protocol, `comments:analyze`: its clients get scores of our own checks. Nothing is stored."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, g

from service.domain.errors import Code, Invalid
from service.domain.imports.html_text import text_of_html
from service.domain.policy.signals import Field
from service.domain.policy.text_scores import Measure, findings, is_measured, score
from service.domain.policy.verdict import TrialResult
from service.store.tables.sites import Scope
from service.web.api.other_services.perspective_models import (
    HTML,
    MAX_BYTES,
    PROBABILITY,
    AnalyzeBody,
    AnalyzeResponse,
    AttributeScores,
    CommentText,
    Score,
    SpanScore,
)
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.lenient_body import parse_lenient
from service.web.http.protocol_errors import STATUSES, refuse_in_form
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.text_judge import text_alone
from service.web.resources.web_resources import resources

bp = Blueprint("perspective", __name__, url_prefix="/v1alpha1")

#: What we measure for each attribute.
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "TOXICITY": Measure.TOXIC,
        "SEVERE_TOXICITY": Measure.SEVERE,
        "IDENTITY_ATTACK": Measure.HATE,
        "INSULT": Measure.ATTACK,
        "PROFANITY": Measure.PROFANITY,
        "THREAT": Measure.THREAT,
        "SPAM": Measure.SPAM,
    }
)
_ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_STATUS_NAMES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 408: "DEADLINE_EXCEEDED",
    413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


@bp.post("/comments:analyze")
@require_scope(Scope.SUBMIT, in_query="key", in_header="X-Goog-Api-Key")
@rate_limited(Rate.KEY)
@operation(
    "Perspective",
    "How toxic is this text?",
    detail=f"For clients of Google's Perspective, which ends in 2026. The key may also be in `?key=` or in `X-Goog-Api-Key`. Attributes: "
    f"{', '.join(MEASURES)}. An attribute that no check measures in the language of the text is an error, or is left out with "
    "`dropUnsupportedAttributes`. Nothing is stored.",
    takes={JSON: AnalyzeBody},
    answers={200: Answer("The scores", {JSON: AnalyzeResponse})},
    refusals=(Code.TOO_LARGE,),
    refused_as=JSON,
    statuses=STATUSES,
)
def analyze_comment() -> Response:
    body = parse_lenient(AnalyzeBody)
    text = checked_text(body.comment)
    _check_wishes(body)
    language = body.languages[0][:35] if body.languages else ""
    [result] = resources().judge.judge([text_alone(api_key().site_id, text, language=language)])
    detected = [result.language] if result.language else []
    answer = AnalyzeResponse(
        attribute_scores=_scores(body, result),
        languages=body.languages or detected,
        detected_languages=detected,
        client_token=body.client_token or None,
    )
    return Response(answer.model_dump_json(by_alias=True, exclude_none=True), content_type=JSON)


def checked_text(comment: CommentText) -> str:
    """The text as readers see it. Raises Invalid if there is none, or too much."""
    if (size := len(comment.text.encode())) > MAX_BYTES:
        detail = f"Comment text was too many bytes. Value ({size}) exceeded limit ({MAX_BYTES})."
        raise invalid("COMMENT_TOO_LONG", "/comment/text", detail)
    text = text_of_html(comment.text) if comment.type == HTML else comment.text
    if not text.strip():
        raise invalid("COMMENT_EMPTY", "/comment/text", "Comment must be non-empty.")
    return text


def _check_wishes(body: AnalyzeBody) -> None:
    """Raises Invalid for an attribute or a score type that there is not."""
    if not body.requested_attributes:
        raise invalid("NO_REQUESTED_ATTRIBUTES", "/requestedAttributes", "Missing requested_attributes")
    for name, wish in body.requested_attributes.items():
        where = f"/requestedAttributes/{name[:100]}"
        if name not in MEASURES and not body.drop_unsupported_attributes:
            known = ", ".join(MEASURES)
            raise invalid("INVALID_REQUEST", where, f"Unknown requested attribute: {name[:100]}; there are {known}")
        if wish.score_type not in (PROBABILITY, "SCORE_TYPE_UNSPECIFIED"):
            detail = f"Requested score type {wish.score_type[:100]} is not supported by attribute {name[:100]}"
            raise invalid("INVALID_REQUEST", where, detail)


def _scores(body: AnalyzeBody, result: TrialResult) -> dict[str, AttributeScores]:
    """The scores of the attributes. Raises Invalid for one that is not measured in this language, unless those are dropped."""
    scores: dict[str, AttributeScores] = {}
    for name, wish in body.requested_attributes.items():
        if name in MEASURES and is_measured(MEASURES[name], result):
            value = round(score(MEASURES[name], result), 6)
            if value >= wish.score_threshold:
                spans = tuple(_spans(body, MEASURES[name], result)) or (_span(0, _units(body.comment.text), value),)
                scores[name] = AttributeScores(span_scores=spans, summary_score=Score(value=value))
        elif not body.drop_unsupported_attributes:
            raise _not_in_this_language(name, result)
    return scores


def _not_in_this_language(name: str, result: TrialResult) -> Invalid:
    where, why = "/languages", result.uncovered or "no check here measures it in this language"
    if not result.language:
        return invalid("LANGUAGE_DETECTION_FAILED", where, f"Unable to detect language: {why}")
    facts = {"languageNotSupportedByAttributeError": {"detectedLanguages": [result.language], "attribute": name}}
    detail = f"Attribute {name} does not support request languages: {result.language} ({why})"
    return invalid("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", where, detail, facts)


def _spans(body: AnalyzeBody, measure: Measure, result: TrialResult) -> Iterator[SpanScore]:
    """The places that the findings name, if they are asked for. Of HTML they are not known."""
    if body.span_annotations and body.comment.type != HTML:
        text = body.comment.text
        for signal in findings(measure, result):
            for span in signal.spans:
                if span.field is Field.TEXT:
                    yield _span(_units(text[: span.start]), _units(text[: span.end]), signal.score)


def _span(begin: int, end: int, value: float) -> SpanScore:
    return SpanScore(begin=begin, end=end, score=Score(value=value))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def invalid(error_type: str, pointer: str, detail: str, facts: Mapping[str, Any] | None = None) -> Invalid:
    """The refusal of a field, with the name that Perspective has for it."""
    g.error_facts = {"errorType": error_type, **(facts or {})}
    return Invalid.field(pointer, error_type.lower(), detail)


def as_google_says(problem: Mapping[str, Any]) -> dict[str, Any]:
    status = problem["status"]
    facts = g.pop("error_facts", {"errorType": "INVALID_REQUEST"} if status == 400 else None)
    error = {"code": status, "message": problem["detail"], "status": _STATUS_NAMES.get(status, "UNKNOWN")}
    return {"error": {**error, "details": [{"@type": _ERROR, **facts}]} if facts else error}


refuse_in_form(bp, as_google_says)
