"""A curl command for each entry of the API document."""

import json
from typing import Any

#: An example body for each operation that takes one.
_BODIES: dict[str, dict[str, Any]] = {
    "submit_comment": {
        "thread": {"id": "/2026/a-story", "url": "https://news.example/2026/a-story", "title": "A story"},
        "author": {"name": "Dana", "email": "dana@mail.example"},
        "text": "What a thoughtful article, thank you.",
    },
    "edit_comment": {"text": "What a very thoughtful article."},
    "decide_comment": {"decision": "approve"},
    "change_thread": {"id": "/2026/a-better-story", "url": "https://news.example/2026/a-better-story"},
    "report_comment": {
        "comment": "0199c3f2-7c0f-7a52-8c7e-0d3b5a4f6e10",
        "kind": "illegal",
        "reason": "threat",
        "text": "It threatens my neighbour.",
        "name": "Rita",
        "email": "rita@mail.example",
        "good_faith": True,
    },
    "complain": {"text": "I quoted somebody else's words.", "email": "dana@mail.example"},
    "create_endpoint": {"url": "https://news.example/hooks/comments", "events": ["comment.approved", "comment.rejected"]},
    "update_endpoint": {"enabled": True},
    "analyze_comment": {"comment": {"text": "You are an idiot."}, "requestedAttributes": {"TOXICITY": {}}},
    "suggest_score": {"comment": {"text": "You are an idiot."}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}},
    "moderate_texts": {"input": "You are an idiot."},
    "moderate_phase": {
        "comment": {"body": "You are an idiot."},
        "author": {"id": "7"},
        "story": {"id": "1", "url": "https://news.example/1"},
    },
    "replay_deliveries": {"since": "2026-11-22T00:00:00Z"},
}


def sample(base: str, path: str, method: str, entry: dict[str, Any]) -> str:
    """A curl command for one operation."""
    query = "&".join(f"{p['name']}=…" for p in entry["parameters"] if p["in"] == "query" and p["required"])
    parts = [f"curl -X {method.upper()} '{base}{path}{'?' + query if query else ''}'"]
    if entry["security"]:
        parts.append('-H "Authorization: Bearer $GREENROOM_KEY"')
    if (body := _BODIES.get(entry["operationId"])) is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body, indent=2)}'"]
    return " \\\n  ".join(parts)
