"""Hooks for schemathesis, for what no schema can express: a new comment needs a new Idempotency-Key, a report of illegal content
needs more than one by the rules, a person is named by exactly one thing, and a text is judged only in a language with checks."""

from typing import Any
from uuid import uuid4

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    headers = case.headers or {}
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = str(uuid4())
    if case.path == "/v1/reports" and isinstance(case.body, dict) and case.body.get("kind") == "illegal":
        case.body["kind"] = "rules"
    if case.path == "/v1alpha1/comments:analyze" and isinstance(case.body, dict):
        case.body |= {"comment": {"text": "A calm word."}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}
    if case.path == "/v1alpha1/comments:suggestscore" and isinstance(case.body, dict):
        case.body["comment"] = {"text": "A calm word."}
    if case.path == "/v1/moderations" and isinstance(case.body, dict):
        case.body["input"] = ["A calm word."] if isinstance(case.body.get("input"), list) else "A calm word."
    if case.path == "/v1/persons/export" and isinstance(case.body, dict):
        names = [name for name in ("email", "author", "ip") if case.body.get(name)][:1]
        case.body = (
            {"author": "7"} if not names else {name: case.body[name] for name in (*names, "limit", "after") if name in case.body}
        )
