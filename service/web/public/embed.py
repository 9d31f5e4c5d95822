"""The script and the style sheet that a host's page includes to show the comments."""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request

from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.route_metadata import page, public

bp = Blueprint("embed", __name__)

_FOLDER = Path(__file__).parents[1] / "static"
#: Seconds that a browser keeps them without asking again.
FRESH = 3600


@bp.get("/embed.js")
@public
@page
@rate_limited(Rate.ADDRESS)
def script() -> Response:
    return _file("embed.js", "text/javascript")


@bp.get("/embed.css")
@public
@page
@rate_limited(Rate.ADDRESS)
def style() -> Response:
    return _file("embed.css", "text/css")


def _file(name: str, mimetype: str) -> Response:
    """A file that any page may include, also one with an integrity hash, and one that asks for cross-origin isolation."""
    response = Response(_shortened(name), mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.add_etag()
    response.make_conditional(request.environ)
    return response


@cache
def _shortened(name: str) -> str:
    """A file without indentation and whole lines of comment, a quarter of it. No literal in these files spans lines."""
    lines = map(str.lstrip, (_FOLDER / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if not line.startswith("//"))
