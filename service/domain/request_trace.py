"""The request that sent a comment, as the spans of its checks and its webhooks name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_REQUEST, _TRACE = "request", "trace"


@dataclass(frozen=True, slots=True)
class RequestTrace:
    """The id of a request, and its span as the `traceparent` of W3C Trace Context."""

    request_id: str = ""
    traceparent: str = ""

    @classmethod
    def of(cls, context: Mapping[str, Any] | None) -> "RequestTrace":
        """The trace in the context of a comment. Empty if no traces were exported when it came."""
        context = context or {}
        return cls(str(context.get(_REQUEST, "")), str(context.get(_TRACE, "")))

    def to_context(self) -> dict[str, str]:
        """The part of a comment's context that keeps it; empty without a trace."""
        return {_REQUEST: self.request_id, _TRACE: self.traceparent} if self.traceparent else {}


NO_REQUEST = RequestTrace()
