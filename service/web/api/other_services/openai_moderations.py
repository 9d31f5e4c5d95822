"""OpenAI's moderation endpoint: its clients get the verdict of the site's policy and scores of our own checks. Nothing is stored."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response

from service.domain.errors import Code, Invalid
from service.domain.ids import new_id
from service.domain.policy.judge import HOLD_AT
from service.domain.policy.signals import Kind
from service.domain.policy.text_scores import Measure, is_measured, score
from service.domain.policy.verdict import TrialResult
from service.domain.states import State
from service.store.tables.sites import Scope
from service.web.api.other_services.openai_models import Greenroom, ModerationBody, ModerationResponse, ModerationResult
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, charge, rate_limited
from service.web.http.lenient_body import parse_lenient
from service.web.http.protocol_errors import STATUSES, refuse_in_form
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.text_judge import text_alone
from service.web.resources.web_resources import resources

bp = Blueprint("openai_moderations", __name__, url_prefix="/v1")

#: The categories that we measure, each with the kind whose limit makes it true.
MEASURES: Mapping[str, tuple[Measure, Kind]] = MappingProxyType(
    {
        "harassment": (Measure.ATTACK, Kind.ABUSE_MODEL),
        "harassment/threatening": (Measure.THREAT, Kind.ABUSE_THREAT),
        "hate": (Measure.HATE, Kind.ABUSE_HATE),
    }
)
CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
MODEL = "greenroom"
#: Maximum texts in one request, and maximum characters of each.
MOST_TEXTS, LONGEST = 32, 20_000
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


@bp.post("/moderations")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    "OpenAI",
    "Would these texts be published?",
    detail=f"For clients of OpenAI's moderation endpoint. `flagged` is true if the site's policy would hold or reject the text. Measured: "
    f"{', '.join(MEASURES)}; all other categories are null. A text in a language that no check covers is an error. Images are not "
    f"read. At most {MOST_TEXTS} texts; each counts as a request. Nothing is stored.",
    takes={JSON: ModerationBody},
    answers={200: Answer("The results", {JSON: ModerationResponse})},
    refusals=(Code.TOO_LARGE,),
    refused_as=JSON,
    statuses=STATUSES,
)
def moderate_texts() -> Response:
    texts = _texts(parse_lenient(ModerationBody).input)
    if len(texts) > 1:
        charge(Rate.KEY, len(texts) - 1)
    results = resources().judge.judge([text_alone(api_key().site_id, text) for text in texts])
    _check_languages(results)
    return json_response(
        ModerationResponse(id=f"modr-{new_id().hex}", model=MODEL, results=[_result(result) for result in results])
    )


def _texts(given: Any) -> list[str]:
    """The texts of `input`. Parts of one text are joined. Raises Invalid."""
    if isinstance(given, str):
        return [_checked(given, "/input")]
    if not isinstance(given, list) or not given:
        raise Invalid.field("/input", "type", "input: expected a text, a list of texts, or a list of parts of type text")
    if len(given) > MOST_TEXTS:
        raise Invalid.field("/input", "too_many", f"input: expected at most {MOST_TEXTS} texts, not {len(given)}")
    if isinstance(given[0], dict):
        return [_checked("\n".join(_part(part, f"/input/{at}") for at, part in enumerate(given)), "/input")]
    return [_checked(text, f"/input/{at}") for at, text in enumerate(given)]


def _part(part: Any, pointer: str) -> str:
    if isinstance(part, dict) and part.get("type") == "image_url":
        raise Invalid.field(f"{pointer}/type", "image", "images are not read here: expected parts of type text")
    if not isinstance(part, dict) or part.get("type") != "text":
        raise Invalid.field(f"{pointer}/type", "type", "expected parts of type text")
    return _checked(part.get("text"), f"{pointer}/text")


def _checked(text: Any, pointer: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Invalid.field(pointer, "blank", "expected a text with some words")
    if len(text) > LONGEST:
        raise Invalid.field(pointer, "too_long", f"expected a text of at most {LONGEST} characters, not {len(text)}")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise Invalid.field(pointer, "encoding", "expected Unicode text without lone surrogates, in UTF-8")
    return text


def _check_languages(results: list[TrialResult]) -> None:
    """Raises Invalid for a text about which nothing is known but that no check can read it."""
    for at, result in enumerate(results):
        unread = {reason.kind for reason in result.verdict.reasons} == {Kind.SITE_LANGUAGE_NOT_COVERED}
        if result.uncovered and unread:
            raise Invalid.field(f"/input/{at}", "language_not_supported", f"no check can read this text: {result.uncovered}")


def _result(result: TrialResult) -> ModerationResult:
    measured = {name: score(measure, result) for name, (measure, _) in MEASURES.items() if is_measured(measure, result)}
    found = {name: measured[name] >= HOLD_AT[MEASURES[name][1]] for name in measured}
    return ModerationResult(
        flagged=result.verdict.state is not State.APPROVED,
        categories={name: found.get(name) for name in CATEGORIES},
        category_scores={name: measured.get(name) for name in CATEGORIES},
        category_applied_input_types={name: ["text"] if name in measured else [] for name in CATEGORIES},
        greenroom=Greenroom(
            state=result.verdict.state,
            reasons=[{"code": signal.kind.value, "rule": signal.rule} for signal in result.verdict.reasons],
            measured=list(measured),
            language=result.language,
        ),
    )


def _as_openai_says(problem: Mapping[str, Any]) -> dict[str, Any]:
    status, faults = problem["status"], problem["errors"]
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    fault = faults[0] if faults else {"pointer": "", "code": problem["code"]}
    param = ".".join(str(fault["pointer"]).strip("/").split("/")) or None
    return {"error": {"message": problem["detail"], "type": kind, "param": param, "code": fault["code"]}}


refuse_in_form(bp, _as_openai_says)
