"""A span for each request that Flask answers."""

from flask import Flask, Response, g, request

from service.telemetry import spans


def trace_requests(app: Flask) -> None:
    """Export a span for each request, if this process exports any."""
    if spans.is_on():
        app.before_request(_begin)
        app.after_request(_end)


def _begin() -> None:
    g.span = spans.begin_request(g.request_id, request.headers.get("traceparent", ""))


def _end(response: Response) -> Response:
    if "span" in g:
        end_request(g.span, request.method, str(request.url_rule or ""), response.status_code, g.request_id)
    return response


def end_request(span: spans.Span, method: str, route: str, status: int, request_id: str) -> None:
    """End the span of a request. `route` is a route of ours, never the path of the request."""
    facts: dict[str, str | int] = {"http.response.status_code": status, "greenroom.request_id": request_id}
    if route:
        # A client can invent methods, but no route has those.
        facts |= {"http.route": route, "http.request.method": method}
    span.end(f"{method} {route}" if route else "request", facts, failed=status >= 500)
