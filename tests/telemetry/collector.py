"""A collector of OpenTelemetry: an HTTP server whose receipts are decoded with OpenTelemetry's own classes."""

import gzip
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.webhook_receiver import Receipt, Receiver


@dataclass(frozen=True)
class Span:
    """One span, with its ids in hexadecimal."""

    name: str
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]
    facts: dict[str, Any]


class Collector(Receiver):
    """Use as a context manager, at the address `url`."""

    @property
    def bodies(self) -> list[bytes]:
        """The exact bytes of everything that came, decompressed."""
        return [_decompressed(receipt) for receipt in self.receipts]

    @property
    def spans(self) -> list[Span]:
        return [_span(span) for part in self._resource_spans() for scope in part.scope_spans for span in scope.spans]

    @property
    def services(self) -> set[str]:
        """The names under which the processes report."""
        return {_facts(part.resource)["service.name"] for part in self._resource_spans()}

    @property
    def metrics(self) -> set[str]:
        """Their names."""
        requests = [ExportMetricsServiceRequest.FromString(body) for body in self._sent_to("/v1/metrics")]
        resources = [resource for request in requests for resource in request.resource_metrics]
        return {metric.name for resource in resources for scope in resource.scope_metrics for metric in scope.metrics}

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def _resource_spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self._sent_to("/v1/traces")]
        return [part for request in requests for part in request.resource_spans]

    def _sent_to(self, path: str) -> list[bytes]:
        return [_decompressed(receipt) for receipt in self.receipts if receipt.path.endswith(path)]


def _decompressed(receipt: Receipt) -> bytes:
    return gzip.decompress(receipt.body) if receipt.headers.get("content-encoding") == "gzip" else receipt.body


def _span(span: Any) -> Span:
    links = tuple(link.trace_id.hex() for link in span.links)
    return Span(span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), links, _facts(span))


def _facts(described: Any) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in described.attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
