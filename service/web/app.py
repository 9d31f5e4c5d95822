"""The Flask application: blueprints, limits of size, request ids, and nothing that a request does not need."""

import os

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from service.config import Settings, load
from service.logs import request_ids
from service.web import (
    akismet,
    comments,
    decisions,
    deliveries,
    docs,
    endpoints,
    feed,
    form,
    health,
    metrics,
    pages,
)
from service.web.bodies import read_whole
from service.web.bridge import Wsgi
from service.web.doors import Doors, Trial
from service.web.limits import Rate, limited, say
from service.web.problems import shape_errors
from service.web.request_ids import request_id_of
from service.web.routes import ThreadConverter, page, public
from service.web.strict_json import MAX_BODY

#: Every door of this house, one a line.
BLUEPRINTS = (
    comments.bp,
    decisions.bp,
    feed.bp,
    form.bp,
    endpoints.bp,
    deliveries.bp,
    akismet.bp,
    docs.bp,
    health.bp,
    metrics.bp,
)

#: What every answer says unless its view says otherwise. Nothing may run, load or frame what has no policy of its own.
UNLESS_SAID = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
)


def create_app(settings: Settings | None = None, *, trial: Trial | None = None) -> Flask:
    """A fresh application on these settings, or on those of the environment. `trial` judges comments that are not stored."""
    settings = settings or load(os.environ)
    app = Flask("greenroom", root_path=os.path.dirname(__file__))  # noqa: PTH120
    app.view_functions["static"] = public(page(limited(Rate.PAGE)(app.view_functions["static"])))  # type: ignore[assignment]
    app.url_map.merge_slashes = False
    app.url_map.converters["thread"] = ThreadConverter
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY + 1, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=100)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["greenroom"] = Doors.open(settings, trial)
    app.wsgi_app = believing(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    shape_errors(app)
    metrics.measure(app)
    app.before_request(_name_request)
    app.before_request(read_whole)
    app.after_request(say)
    app.after_request(_sign_response)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    pages.open_pages(app)
    return app


def believing(application: Wsgi, count: int) -> Wsgi:
    """A client's address comes from as many proxies as the settings name, and from no header beyond them."""
    return ProxyFix(application, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0) if count else application


def _name_request() -> None:
    g.request_id = request_id_of(request.headers.get("X-Request-Id", ""))
    request_ids.set((g.request_id,))


def _sign_response(response: Response) -> Response:
    headers = response.headers
    said = {name.lower() for name in headers.keys()}  # noqa: SIM118  iterating over headers gives pairs
    headers.extend([(name, value) for name, value in UNLESS_SAID if name.lower() not in said])
    headers["X-Request-Id"] = g.get("request_id", "")
    return response
