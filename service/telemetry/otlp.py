"""The OpenTelemetry SDK of one process: spans, and for each the duration as a metric, go to the collector in the background."""

import os
import threading
import time
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.telemetry.spans import Facts, Span, SpanKind

_KINDS = {
    SpanKind.REQUEST: trace.SpanKind.SERVER,
    SpanKind.CHECKS: trace.SpanKind.CONSUMER,
    SpanKind.DELIVERY: trace.SpanKind.CLIENT,
}
#: The names of OpenTelemetry's semantic conventions, where there is one.
_DURATIONS = {
    SpanKind.REQUEST: "http.server.request.duration",
    SpanKind.CHECKS: "greenroom.checks.duration",
    SpanKind.DELIVERY: "http.client.request.duration",
}
#: The facts that a metric has too. The others, such as ids, have too many values.
_LABELS = ("http.request.method", "http.route", "http.response.status_code", "error.type", "greenroom.event")
_PROPAGATOR = TraceContextTextMapPropagator()

_exporters: dict[int, "_Exporter"] = {}
_lock = threading.Lock()


def exporter() -> "_Exporter":
    """The exporter of this process. A forked child gets its own: threads do not survive a fork."""
    pid = os.getpid()
    if pid not in _exporters:
        with _lock:
            if pid not in _exporters:
                _exporters[pid] = _Exporter()
    return _exporters[pid]


class _Exporter:
    def __init__(self) -> None:
        resource = _resource()
        spans = TracerProvider(resource=resource)
        if os.environ.get("OTEL_TRACES_EXPORTER") != "none":
            spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = spans.get_tracer("greenroom")
        readers = (
            [] if os.environ.get("OTEL_METRICS_EXPORTER") == "none" else [PeriodicExportingMetricReader(OTLPMetricExporter())]
        )
        meter = MeterProvider(readers, resource=resource).get_meter("greenroom")
        self.durations = {kind: meter.create_histogram(name, unit="s") for kind, name in _DURATIONS.items()}

    def begin(self, kind: SpanKind, *, parent: str, links: Sequence[str], seconds_ago: float) -> Span:
        began = time.time_ns() - int(seconds_ago * 1e9)
        span = self._tracer.start_span(
            kind.value,
            context=_PROPAGATOR.extract({"traceparent": parent}) if parent else trace.set_span_in_context(trace.INVALID_SPAN),
            kind=_KINDS[kind],
            links=[trace.Link(context) for link in links if (context := _context_of(link)).is_valid],
            start_time=began,
        )
        return _Span(self, kind, span, began)


class _Span:
    def __init__(self, exporter: _Exporter, kind: SpanKind, span: trace.Span, began: int) -> None:
        self._exporter, self._kind, self._span, self._began = exporter, kind, span, began

    @property
    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, trace.set_span_in_context(self._span))
        return carrier.get("traceparent", "")

    def end(self, name: str, facts: Facts, *, failed: bool = False) -> None:
        ended = time.time_ns()
        self._span.update_name(name)
        self._span.set_attributes(dict(facts))
        if failed:
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end(ended)
        labels = {label: facts[label] for label in _LABELS if label in facts}
        self._exporter.durations[self._kind].record((ended - self._began) / 1e9, labels)


def _context_of(traceparent: str) -> trace.SpanContext:
    return trace.get_current_span(_PROPAGATOR.extract({"traceparent": traceparent})).get_span_context()


def _resource() -> Resource:
    """OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before our name: of two resources, the second one wins."""
    return Resource.create({"service.name": "greenroom"}).merge(OTELResourceDetector().detect())
