"""One spelling of each request line: path variants and methods in small letters are unknown here.

A proxy in front may have rules by path or by method. A second spelling that we understand and the proxy does not would pass them.
"""

from flask import abort, request
from werkzeug.exceptions import MethodNotAllowed

from service.web.http.environ_keys import RAW_PATH, Environ

_THREADS, _COMMENTS = "/v1/threads/", "/comments"


def check_request_line() -> None:
    """Raises 404 for another spelling of a path, and 405 for a method that is not written in capitals."""
    environ = request.environ
    if environ["REQUEST_METHOD"] != request.method and request.url_rule:
        raise MethodNotAllowed(request.url_rule.methods, "expected a method in capital letters")
    if not spelled_plainly(environ):
        abort(404)


def spelled_plainly(environ: Environ) -> bool:
    """False if the path starts with two slashes, or if a part other than the id of a thread is percent-encoded.

    A server that does not tell the path as it was sent decodes it before we see it; there only the slashes are checked.
    """
    if environ["PATH_INFO"].startswith("//"):
        return False
    raw = environ.get(RAW_PATH, "").partition("?")[0]
    # The id is all that follows, up to `/comments` in plain letters.
    of_thread = raw.startswith(_THREADS) and raw.endswith(_COMMENTS) == environ["PATH_INFO"].endswith(_COMMENTS)
    return "%" not in raw or of_thread
