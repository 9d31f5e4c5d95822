"""The web application: blueprints, limits of size, request ids, and nothing that a request does not need."""

import os
from uuid import UUID

from flask import Flask, Response, g, request

from service.config import Settings, load
from service.domain.ids import new_id
from service.web import comments, health
from service.web.doors import Doors
from service.web.drafts import MAX_BODY
from service.web.problems import shape_errors


def create_app(settings: Settings | None = None) -> Flask:
    """A fresh application on these settings, or on those of the environment."""
    settings = settings or load(os.environ)
    app = Flask("greenroom", root_path=os.path.dirname(__file__))  # noqa: PTH120
    app.url_map.merge_slashes = False
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=100)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["greenroom"] = Doors.open(settings)
    shape_errors(app)
    app.before_request(_name_request)
    app.after_request(_sign_response)
    app.register_blueprint(comments.bp)
    app.register_blueprint(health.bp)
    return app


def _name_request() -> None:
    """Take the caller's request id where it is a UUID; anything else could forge log lines."""
    try:
        g.request_id = str(UUID(request.headers.get("X-Request-Id", "")))
    except ValueError:
        g.request_id = str(new_id())


def _sign_response(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
