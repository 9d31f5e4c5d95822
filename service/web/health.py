"""Health: is this process alive, and can it do its work?"""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from service.web.doors import doors

bp = Blueprint("health", __name__)


@bp.get("/livez")
def alive() -> Response:
    """This process answers. Asks nobody else, so that a slow database restarts no web process."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> Response:
    """This process reaches its database."""
    with doors().database.reading() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")
