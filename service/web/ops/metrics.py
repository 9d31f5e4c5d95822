"""Prometheus metrics: queue lengths and request durations. No labels for a comment, site or person."""

import hmac
import ipaddress
import os
import time
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from service.clock import utcnow
from service.domain.errors import Code, Refusal
from service.store.reports.gauges import Gauges, gauges
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.client_ip import client_ip
from service.web.openapi.operation import Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("metrics", __name__)

#: Headers that a proxy adds. If a request has one of them, REMOTE_ADDR is the address of the proxy, so a loopback address does
#: not prove that the client is on this machine.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
_MEANING = {
    "pending": "Comments that wait for their verdict (counted up to 100,000).",
    "held": "Comments that wait for a moderator (counted up to 100,000).",
    "approved": "Approved comments.",
    "oldest_pending": "Age in seconds of the comment that waits longest for its verdict.",
    "events_due": "Events that are not yet made into deliveries.",
    "deliveries_due": "Deliveries that are not yet done.",
    "oldest_delivery": "Seconds by which the latest delivery is late.",
    "deliveries_dead": "Deliveries that were given up; they can be replayed.",
    "endpoints_failing": "Endpoints that are only probed because they fail.",
    "reports_open": "Reports by readers that wait for a moderator.",
    "complaints_open": "Complaints that wait for a moderator.",
}

_seconds = Histogram(
    "greenroom_request_seconds",
    "How long requests took.",
    ("endpoint", "method", "status"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)


class MetricsForbidden(Refusal):
    """Metrics are for the operator."""

    code = Code.FORBIDDEN


def count_requests(app: Flask) -> None:
    """Measure every request, labelled by its route, never by its path."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if "began" in g:
            # A client can invent HTTP methods. Only the methods of our routes get a time series, to limit the number of label
            # values.
            route = (request.endpoint, request.method) if request.endpoint else ("none", "none")
            observe(*route, str(response.status_code), time.perf_counter() - g.began)
        return response


def observe(endpoint: str, method: str, status: str, seconds: float) -> None:
    """Record the duration of one request."""
    _series(endpoint, method, status).observe(seconds)


#: Cached: there are few label values, and `labels()` costs more than `observe()`.
_series = cache(_seconds.labels)


class _Waiting:
    """A collector that reads the gauges from the database at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with resources().database.reading() as session:
            values = gauges(session, now=utcnow())
        for field in fields(Gauges):
            unit = "_seconds" if field.name.startswith("oldest") else ""
            yield GaugeMetricFamily(f"greenroom_{field.name}{unit}", _MEANING[field.name], value=getattr(values, field.name))


def _operator() -> None:
    """Raises MetricsForbidden unless the caller has the token, or no token is needed and the caller is on this machine.

    Where `public_url` is set, a token is needed: requests come through a proxy on this machine, and the plainest configuration of
    one (nginx with only `proxy_pass`) makes them look like our own.
    """
    settings = resources().settings
    if token := settings.metrics_token:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(sent.encode(), token.encode()):
            raise MetricsForbidden("expected `Authorization: Bearer …` with the token of the setting metrics_token")
        return
    if settings.public_url:
        raise MetricsForbidden("metrics need the setting metrics_token where public_url is set: a proxy may stand in front")
    # nginx speaks HTTP/1.0 to what is behind it, unless told otherwise.
    through_proxy = any(name in request.headers for name in _FORWARDED) or request.environ["SERVER_PROTOCOL"] == "HTTP/1.0"
    if not _near() or through_proxy:
        raise MetricsForbidden("metrics are shown on this machine only; the setting metrics_token opens them")


def _near() -> bool:
    """True if both the client address and the Host header are local. The Host check stops DNS rebinding."""
    host = urlsplit(f"//{request.host}").hostname
    return _is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host or ""))


def _is_loopback(address: str) -> bool:
    plain = client_ip(address)
    return bool(plain) and ipaddress.ip_address(plain).is_loopback


@bp.get("/metrics")
@rate_limited(Rate.ADDRESS)
@operation(
    "Health",
    "Metrics for Prometheus",
    answers={200: Answer("Text in Prometheus's format", {"text/plain": {"type": "string"}})},
    refusals=(Code.FORBIDDEN,),
)
def show() -> Response:
    _operator()
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        # Several web processes: each writes its values to files, and any of them reports the sum.
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_seconds)
    registry.register(_Waiting())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


show.owner = "operator"  # type: ignore[attr-defined]
