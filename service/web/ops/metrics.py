"""Prometheus metrics: queue lengths, request durations, and what the workers do. No labels for a comment, site or person."""

import hmac
import ipaddress
import os
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from service.clock import utcnow
from service.domain.errors import Code, Refusal
from service.domain.states import State
from service.store.reports.gauges import Gauges, gauges
from service.store.reports.work_totals import Total, work_totals
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
    "endpoints_slow": "Endpoints whose last answer took over a second.",
    "reports_open": "Reports by readers that wait for a moderator.",
    "complaints_open": "Complaints that wait for a moderator.",
}

#: Totals with a label: the name, its label, its meaning, and the values of the label.
_LABELLED = (
    ("verdicts", "state", "Verdicts of the checks.", (State.APPROVED, State.HELD, State.REJECTED)),
    ("attempts", "result", "Attempts to deliver a webhook.", ("arrived", "failed")),
    ("runs", "kind", "Runs of each kind of job.", ("checks", "deliveries", "sweep")),
)

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


class _FromDatabase:
    """A collector that reads the gauges and the totals of the workers from the database at each scrape."""

    def collect(self) -> Iterator[Metric]:
        try:
            with resources().database.reading() as session:
                values, totals = gauges(session, now=utcnow()), work_totals(session, now=utcnow())
        except SQLAlchemyError:
            # The other metrics are worth more than none.
            yield _gauge("database_up", "1 if the database answers.", 0)
            return
        yield _gauge("database_up", "1 if the database answers.", 1)
        for field in fields(Gauges):
            unit = "_seconds" if field.name.startswith("oldest") else ""
            yield _gauge(f"{field.name}{unit}", _MEANING[field.name], getattr(values, field.name))
        yield from _of_the_workers(totals)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"greenroom_{name}", meaning, value=value)


def _of_the_workers(totals: Mapping[str, Total]) -> Iterator[Metric]:
    """What all workers have done since the installation was made, and how long ago each kind of job last ran."""
    for name, label, meaning, values in _LABELLED:
        family = CounterMetricFamily(f"greenroom_{name}", meaning, labels=[label])
        for value in values:
            family.add_metric([value], _total(totals, f"{name}:{value}"))
        yield family
    ages = GaugeMetricFamily("greenroom_last_run_seconds", "Seconds since a job of this kind last ran.", labels=["kind"])
    for name, total in totals.items():
        if name.startswith("runs:"):
            ages.add_metric([name.removeprefix("runs:")], total.age)
    yield ages
    for name, meaning in (("checked", "Comments that were checked."), ("check_seconds", "Seconds that checks took.")):
        yield CounterMetricFamily(f"greenroom_{name}", meaning, value=_total(totals, name))


def _total(totals: Mapping[str, Total], name: str) -> float:
    return totals[name].total if name in totals else 0.0


class _Build:
    """A collector of what this process is."""

    def collect(self) -> Iterator[Metric]:
        yield _build_info()


def _build_info() -> Metric:
    labels = {"version": version("greenroom"), "python": platform.python_version()}
    family = GaugeMetricFamily("greenroom_build_info", "The version of this process.", labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family


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
        ProcessCollector(registry=registry)
    registry.register(_Build())
    registry.register(_FromDatabase())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


show.owner = "operator"  # type: ignore[attr-defined]
