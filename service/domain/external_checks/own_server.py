"""The site's own check by HTTP: a JSON request, signed like our webhooks, and a JSON response with findings."""

import json
from typing import Any

from service.domain.external_checks.contract import ExternalCheck, ExternalCheckInput, Needs, Request, Setup, Unreadable
from service.domain.policy.signals import Kind, Signal
from service.domain.webhooks.signing import signatures

NAME = "own"
KINDS = {"spam": Kind.SPAM_EXTERNAL, "abuse": Kind.ABUSE_EXTERNAL}
MOST, LONGEST = 10, 200


def build_request(question: ExternalCheckInput, setup: Setup) -> Request:
    """The comment as the checks read it, signed as in Standard Webhooks."""
    reading = question.reading
    payload = {
        "type": "comment.check",
        "timestamp": question.at.isoformat(),
        "data": {
            "text": reading.text,
            "language": reading.circumstances.language,
            "author": {
                "id": reading.author.external_id,
                "name": reading.author.name,
                "url": reading.author.url,
                "verified": reading.author.verified,
            },
            "thread": {"id": reading.page.external_id, "url": reading.page.url, "title": reading.page.title},
        },
    }
    body = json.dumps(payload, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Greenroom/1",
        "webhook-id": question.message_id,
        "webhook-timestamp": str(int(question.at.timestamp())),
        "webhook-signature": signatures([setup.secret], question.message_id, question.at, body),
    }
    return Request(setup.address, body, headers)


def parse_response(answer: str) -> tuple[Signal, ...]:
    """The findings in `{"findings": [{"family": "spam" | "abuse", "score": 0..1, "rule": "one sentence", "strong": false}]}`."""
    response = json.loads(answer)
    findings = response.get("findings") if isinstance(response, dict) else None
    if not isinstance(findings, list):
        raise Unreadable('expected {"findings": [...]}')
    return tuple(map(_signal, findings[:MOST]))


def _signal(finding: Any) -> Signal:
    if not isinstance(finding, dict) or finding.get("family") not in KINDS:
        raise Unreadable(f"expected findings with a family of {' or '.join(KINDS)}")
    score, rule = finding.get("score"), finding.get("rule")
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise Unreadable("expected findings with a score from 0 to 1")
    if not isinstance(rule, str) or not rule.strip():
        raise Unreadable("expected findings with a rule, one sentence for a moderator")
    sentence = "".join(char if char.isprintable() else " " for char in rule[:LONGEST])
    return Signal(KINDS[finding["family"]], float(score), sentence, strong=finding.get("strong") is True)


CHECK = ExternalCheck(
    title="Own check",
    sends="the text, its language, the author's id, name, website and whether the host vouches for them, the page's id, address and title",
    needs=(Needs.ADDRESS, Needs.SIGNING),
    build_request=build_request,
    parse_response=parse_response,
)
