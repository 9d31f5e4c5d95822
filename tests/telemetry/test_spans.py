"""Spans: a comment's request, its checks and its webhook are told to a collector, and nothing of its words or its author."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.process_tree import Up
from tests.support.servers import wait_until
from tests.support.webhook_receiver import Receiver
from tests.telemetry.collector import Collector

REQUEST_ID = "01a22152-6e87-77b7-a29b-e5f8ef255873"
CALLER = "0af7651916cd43dd8448eb211c80319c"
#: What may stand in no span: the words, the author, their addresses, the title and the address of the page.
CANARIES = ("wordcanary", "namecanary", "mailcanary", "203.0.113.77", "titlecanary", "pagecanary", "agentcanary", "querycanary")


@dataclass
class Traced:
    """What came of one comment."""

    up: Up
    collector: Collector
    receiver: Receiver
    comment: str


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    home = tmp_path_factory.mktemp("traced") / "home"
    with (
        Collector() as collector,
        Receiver() as receiver,
        Up(
            home,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="100",
            OTEL_METRIC_EXPORT_INTERVAL="200",
            GREENROOM_WEBHOOK_ALLOW="127.0.0.0/8",
        ) as up,
    ):
        _call(up, "/v1/endpoints", {"url": f"{receiver.url}?querycanary"})
        comment = _call(up, "/v1/comments", _comment(), traceparent=f"00-{CALLER}-b7ad6b7169203331-01")["id"]
        _call(up, f"/v1/comments/{comment}?note=querycanary", None)
        _call(up, "/v1/threads/pagecanary/comments?site=demo", None)
        _call(up, "/v1/feeds/demo/pagecanary?limit=5", None, anyway=True)
        wait_until(lambda: receiver.receipts, what="the webhook")
        for name in ("POST /v1/comments", "check comments", "deliver webhook", "GET /v1/comments/<uuid:comment_id>"):
            wait_until(lambda name=name: collector.named(name), what=f"the span {name!r}")
        yield Traced(up, collector, receiver, comment)


def _comment() -> dict:
    return {
        "text": "A calm wordcanary about the old bridge.",
        "author": {"name": "Ada namecanary", "email": "mailcanary@example.org"},
        "thread": {"id": "pagecanary", "url": "https://news.example/pagecanary", "title": "titlecanary"},
        "context": {"ip": "203.0.113.77", "user_agent": "agentcanary", "seconds_to_submit": 30},
    }


def _call(up: Up, path: str, body: dict | None, *, traceparent: str = "", anyway: bool = False) -> dict:
    headers = {"Authorization": f"Bearer {up.key}", "Content-Type": "application/json", "X-Request-Id": REQUEST_ID}
    headers |= {"traceparent": traceparent} if traceparent else {}
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{up.port}{path}", data, headers)) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError:
        if not anyway:
            raise
        return {}


def test_the_request_the_checks_and_the_webhook_are_one_trace(traced: Traced) -> None:
    (request,) = traced.collector.named("POST /v1/comments")
    (checks,) = traced.collector.named("check comments")
    (delivery,) = traced.collector.named("deliver webhook")
    assert (request.trace, request.parent) == (CALLER, "b7ad6b7169203331")
    assert (delivery.trace, delivery.parent) == (CALLER, request.id)
    assert checks.links == (CALLER,)
    assert checks.facts["greenroom.comment_ids"] == [traced.comment]
    assert checks.facts["greenroom.request_ids"] == [REQUEST_ID]
    assert request.facts["greenroom.request_id"] == delivery.facts["greenroom.request_id"] == REQUEST_ID
    assert traced.receiver.receipts[0].headers["traceparent"] == f"00-{CALLER}-{delivery.id}-01"


def test_each_kind_of_span_has_its_duration_as_a_metric(traced: Traced) -> None:
    names = {"http.server.request.duration", "greenroom.checks.duration", "http.client.request.duration"}
    wait_until(lambda: names <= traced.collector.metrics, what="the metrics")


def test_no_words_no_name_and_no_address_is_exported(traced: Traced) -> None:
    exported = b"".join(traced.collector.bodies)
    assert traced.comment.encode() in exported
    assert [canary for canary in CANARIES if canary.encode() in exported] == []
    assert traced.up.key.encode() not in exported


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "greenroom"),
        ({"OTEL_SERVICE_NAME": "desk"}, "desk"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=desk"}, "desk"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=desk", "OTEL_SERVICE_NAME": "news"}, "news"),
    ],
)
def test_the_environment_may_name_the_service(environ: dict[str, str], name: str) -> None:
    with Collector() as collector:
        code = "from service.telemetry import spans\nspans.begin(spans.SpanKind.CHECKS).end('check comments', {})"
        environ = {"PATH": "/usr/bin", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, **environ}
        subprocess.run([sys.executable, "-c", code], check=True, env=environ, capture_output=True)
        assert collector.services == {name}


def test_without_a_collector_nothing_is_imported() -> None:
    code = (
        "import sys, service.processes.roles, service.web.server.asgi, workers.app\n"
        "from service.telemetry import spans\n"
        "span = spans.begin_request('id', '')\n"
        "span.end('request', {})\n"
        "assert not span.traceparent and not spans.current_request.get().to_context()\n"
        # redis-py imports a part of OpenTelemetry by itself wherever it is installed.
        "ours = ('opentelemetry.exporter', 'opentelemetry.sdk.trace', 'service.telemetry.otlp')\n"
        "print([name for name in sys.modules if name.startswith(ours)])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin"})
    assert ran.stdout.strip() == "[]"
