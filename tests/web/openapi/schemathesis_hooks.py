"""Hooks for schemathesis, for what no schema can express: a new comment needs a new Idempotency-Key, and a report of illegal content
needs more than one by the rules."""

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
