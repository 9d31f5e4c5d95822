"""Spans of requests, checks and deliveries. Off unless an environment variable of OpenTelemetry names a collector: then nothing is
imported, and a span costs one comparison.

A span never holds a comment's text, a name or an address, and no path or query: only ids, counts, routes and states.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from typing import Protocol

from service.domain.request_trace import NO_REQUEST, RequestTrace

log = logging.getLogger("greenroom.telemetry")

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
#: The request that this thread or task works for, for the comments that it stores.
current_request: ContextVar[RequestTrace] = ContextVar("current_request", default=NO_REQUEST)

Facts = Mapping[str, str | int | Sequence[str]]


class SpanKind(StrEnum):
    """What a span is of."""

    REQUEST = "request"
    CHECKS = "checks"
    DELIVERY = "delivery"


class Span(Protocol):
    """A span that has begun. `traceparent` is empty if nothing is exported."""

    @property
    def traceparent(self) -> str: ...

    def end(self, name: str, facts: Facts, *, failed: bool = False) -> None: ...


class _NoSpan:
    traceparent = ""

    def end(self, name: str, facts: Facts, *, failed: bool = False) -> None:
        """Does nothing."""


_NO_SPAN = _NoSpan()


@cache
def is_on() -> bool:
    """Whether this process exports spans and metrics."""
    has_collector = any(os.environ.get(name) for name in _ENDPOINTS)
    is_wanted = has_collector and os.environ.get("OTEL_SDK_DISABLED", "").lower() != "true"
    if is_wanted and find_spec("opentelemetry") is None:
        log.warning("telemetry_is_not_installed", extra={"advice": "pip install 'greenroom[otel]'"})
        return False
    return is_wanted


def begin(kind: SpanKind, *, parent: str = "", links: Sequence[str] = (), seconds_ago: float = 0.0) -> Span:
    """Begin a span. `parent` and `links` are other spans, as their `traceparent`; what is none is ignored."""
    if not is_on():
        return _NO_SPAN
    from service.telemetry.otlp import exporter

    return exporter().begin(kind, parent=parent, links=links, seconds_ago=seconds_ago)


def begin_request(request_id: str, traceparent: str, *, seconds_ago: float = 0.0) -> Span:
    """Begin the span of a request, below the span of the caller. Comments that it stores remember it."""
    span = begin(SpanKind.REQUEST, parent=traceparent, seconds_ago=seconds_ago)
    if span.traceparent:
        current_request.set(RequestTrace(request_id, span.traceparent))
    return span
