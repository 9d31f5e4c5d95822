"""Serves Greenroom below a path of its host: `/comments`, if the public URL is `https://news.example/comments`.

Inside, every path begins at the root. The sub-path is taken off as a request comes in, and put before the paths of the response as
it goes out: its redirects, its cookies, and the links and forms of its HTML. The proxy passes the whole path on. If a path without
the sub-path were served too, a rule of the proxy about one spelling would not hold for the other.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

from service.domain.errors import NotFound
from service.web.http.environ_keys import RAW_PATH, SUB_PATH, Environ

#: What the machine's own probes ask for, below no path.
PROBES = frozenset({"/livez", "/readyz"})
#: A path at the root in an attribute. Text and values cannot look like it, because their quotes are escaped.
_ROOTED = re.compile(rb'(\s(?:href|action|formaction|src)="|\scontent="0; url=)(?=/(?!/))')
_COOKIE_PATH = re.compile(r"(;\s*Path=)/(?=;|$)")


def serve_below(app: Flask, sub_path: str) -> None:
    """Serve this application below a path."""
    inner = app.wsgi_app

    def entered(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        enter(environ, sub_path)
        return inner(environ, start_response)

    # The event loop in front has looked already; this is for a server that calls Flask directly.
    def refuse_other_paths() -> None:
        if refusal := enter(request.environ, sub_path):
            raise refusal

    app.wsgi_app = entered  # type: ignore[method-assign]
    app.before_request(refuse_other_paths)
    app.after_request(_put_before)


def enter(environ: Environ, sub_path: str) -> NotFound | None:
    """Take the sub-path off the path of this request, once. Returns the refusal of a request for another path."""
    if not sub_path or SUB_PATH in environ:
        return None
    path = environ["PATH_INFO"]
    rest, raw_rest = _below(sub_path, path), _below(sub_path, str(environ.get(RAW_PATH, path)))
    # In the raw path `%63omments` is another word: there is one spelling only.
    if rest is None or raw_rest is None:
        return None if path in PROBES else _not_below(sub_path)
    environ[SUB_PATH], environ["PATH_INFO"] = sub_path, rest
    if RAW_PATH in environ:
        environ[RAW_PATH] = raw_rest
    return None


def sub_path_of(environ: Environ) -> str:
    """The path below which this request was made; empty for the root."""
    return str(environ.get(SUB_PATH, ""))


def _below(sub_path: str, path: str) -> str | None:
    rest = path.removeprefix(sub_path)
    if rest == path or rest[:1] not in ("", "/", "?"):
        return None
    return rest if rest.startswith("/") else f"/{rest}"


def _not_below(sub_path: str) -> NotFound:
    return NotFound(f"this Greenroom is below {sub_path}, as public_url says; a proxy in front must pass the whole path on")


def _put_before(response: Response) -> Response:
    if not (sub_path := sub_path_of(request.environ)):
        return response
    location = response.headers.get("Location", "")
    if location.startswith("/") and not location.startswith("//"):
        response.headers["Location"] = sub_path + location
    if cookies := response.headers.getlist("Set-Cookie"):
        response.headers.setlist("Set-Cookie", [_COOKIE_PATH.sub(rf"\1{sub_path}", cookie) for cookie in cookies])
    # A feed names whole addresses, and may be packed already.
    if response.mimetype == "text/html" and "Content-Encoding" not in response.headers:
        response.set_data(_ROOTED.sub(rb"\1" + sub_path.encode(), response.get_data()))
    return response
