"""A moderation endpoint that speaks as OpenAI's does: which kinds of harm does it see, and how sure is it?"""

import json
from typing import Any

from service.domain.external_checks.contract import ExternalCheck, ExternalCheckInput, Needs, Request, Setup, Unreadable
from service.domain.policy.signals import Kind, Signal

NAME = "moderation"
#: A comment that was flagged without a number, or with a small one, is at least so suspicious.
FLAGGED = 0.6


def build_request(question: ExternalCheckInput, setup: Setup) -> Request:
    """`POST {address}/moderations` with the text alone."""
    body = {"model": setup.model, "input": question.reading.text}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {setup.secret}", "User-Agent": "Greenroom/1"}
    encoded = json.dumps({name: value for name, value in body.items() if value or name == "input"}).encode()
    return Request(f"{setup.address.rstrip('/')}/moderations", encoded, headers)


def parse_response(answer: str) -> tuple[Signal, ...]:
    """One signal where the service flagged the text, named after what it is surest of."""
    result = _result(answer)
    if not result["flagged"]:
        return ()
    seen = {name: score for name, score in _numbers(result.get("category_scores")) if _said(result, name)}
    name = max(seen, key=lambda one: (seen[one], one), default="")
    score = min(1.0, max(FLAGGED, seen.get(name, 0.0)))
    rule = f"the moderation service calls it {name.replace('_', ' ')[:60] or 'harmful'} ({score:.0%})"
    return (Signal(Kind.ABUSE_OUTSIDE, score, rule),)


def _result(answer: str) -> dict[str, Any]:
    told = json.loads(answer)
    results = told.get("results") if isinstance(told, dict) else None
    result = results[0] if isinstance(results, list) and results else None
    if not isinstance(result, dict) or not isinstance(result.get("flagged"), bool):
        raise Unreadable('expected {"results": [{"flagged": true or false}]}')
    return result


def _said(result: dict[str, Any], name: str) -> bool:
    said = result.get("categories")
    return bool(said.get(name, True)) if isinstance(said, dict) else True


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
