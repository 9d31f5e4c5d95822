"""A moderation endpoint with the same API as OpenAI's. It reports categories of harm, each with a score."""

import json
from typing import Any

from service.domain.external_checks.contract import ExternalCheck, ExternalCheckInput, Needs, Request, Setup, Unreadable
from service.domain.policy.signals import Kind, Signal

NAME = "moderation"
#: The score of a comment that the service flagged without a score, or with a lower score than this.
FLAGGED = 0.6


def build_request(question: ExternalCheckInput, setup: Setup) -> Request:
    """`POST {address}/moderations` with the text alone."""
    body = {"model": setup.model, "input": question.reading.text}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {setup.secret}", "User-Agent": "Greenroom/1"}
    encoded = json.dumps({name: value for name, value in body.items() if value or name == "input"}).encode()
    return Request(f"{setup.address.rstrip('/')}/moderations", encoded, headers)


def parse_response(answer: str) -> tuple[Signal, ...]:
    """One signal if the service flagged the text, named after the category with the highest score. Raises ValueError."""
    result = _result(answer)
    if not result["flagged"]:
        return ()
    seen = {name: score for name, score in _numbers(result.get("category_scores")) if _flagged(result, name)}
    name = max(seen, key=lambda one: (seen[one], one), default="")
    score = min(1.0, max(FLAGGED, seen.get(name, 0.0)))
    rule = f"the moderation service says {name.replace('_', ' ')[:60] or 'harmful'} ({score:.0%})"
    return (Signal(Kind.ABUSE_EXTERNAL, score, rule),)


def _result(answer: str) -> dict[str, Any]:
    response = json.loads(answer)
    results = response.get("results") if isinstance(response, dict) else None
    result = results[0] if isinstance(results, list) and results else None
    if not isinstance(result, dict) or not isinstance(result.get("flagged"), bool):
        raise Unreadable('expected {"results": [{"flagged": true or false}]}')
    return result


def _flagged(result: dict[str, Any], name: str) -> bool:
    categories = result.get("categories")
    return bool(categories.get(name, True)) if isinstance(categories, dict) else True


def _numbers(scores: Any) -> list[tuple[str, float]]:
    given = scores.items() if isinstance(scores, dict) else ()
    return [(str(name), float(score)) for name, score in given if type(score) in (int, float) and 0 <= score <= 1]


CHECK = ExternalCheck(
    title="Moderation endpoint",
    sends="the text, and nothing else",
    needs=(Needs.ADDRESS, Needs.KEY, Needs.MODEL),
    build_request=build_request,
    parse_response=parse_response,
    address="https://api.openai.com/v1",
)
