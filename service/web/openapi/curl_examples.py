"""A command that can be pasted, for each entry of the API document."""

import json
from typing import Any

#: A body for each operation that takes one.
_BODIES: dict[str, dict[str, Any]] = {
    "comments_receive": {
        "thread": {"id": "/2026/a-story", "url": "https://news.example/2026/a-story", "title": "A story"},
        "author": {"name": "Dana", "email": "dana@mail.example"},
        "text": "What a thoughtful article, thank you.",
    },
    "comments_revise": {"text": "What a very thoughtful article."},
    "decisions_rule": {"decision": "approve"},
    "endpoints_add": {"url": "https://news.example/hooks/comments", "events": ["comment.approved", "comment.rejected"]},
    "endpoints_change": {"enabled": True},
    "deliveries_replay_many": {"since": "2026-11-22T00:00:00Z"},
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
