"""The ASGI application: two fast paths (feeds, new comments) on the event loop, and Flask in a thread pool for the rest.

A request that waits for its commit in a thread costs twelve context switches. On the event loop, one callback wakes all requests
of a batch.
"""

from typing import Any

from flask import Flask

from service.config import Settings
from service.domain.errors import Refusal, Unavailable
from service.domain.ids import new_id
from service.web.api.akismet import CHECK_PATH, GUID
from service.web.app import create_app
from service.web.http.client_ip import with_trusted_proxies
from service.web.http.environ_keys import Environ
from service.web.http.errors import PROBLEM, STATUS, in_words
from service.web.http.header_limits import too_large
from service.web.http.request_id import request_id_of
from service.web.http.security_headers import DEFAULT_HEADERS
from service.web.http.sub_path import enter, sub_path_of
from service.web.resources.web_resources import Trial
from service.web.server.body_reader import BodyReader, put
from service.web.server.connection_limits import RequestsUnderWay
from service.web.server.fast_feed import FastFeed
from service.web.server.fast_post import FastPost
from service.web.server.response_sender import ResponseSender
from service.web.server.wsgi_adapter import Receive, Scope, Send, WsgiResponse, WsgiThreads, environ_of, raw

#: The peer of a request that has none, as in a test.
_NOBODY = ("", "")


class AsgiApp:
    """An ASGI application around the Flask application."""

    def __init__(self, app: Flask) -> None:
        resources = app.extensions["greenroom"]
        self.requests = RequestsUnderWay()
        self._bodies = BodyReader()
        self._feeds = FastFeed(app, resources)
        self._posts = FastPost(resources, said=DEFAULT_HEADERS)
        self._give = ResponseSender().send
        self._threads = WsgiThreads(self._feeds, most=resources.settings.web_threads, busy=_busy, give=self._give)
        self._sub_path = resources.settings.sub_path
        # The Flask application applies `with_trusted_proxies` again, because it also runs without this class. The result is the
        # same.
        self._believed = with_trusted_proxies(_as_it_is, resources.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client") or _NOBODY
        self.requests.begin(peer)
        try:
            await self._respond(scope, receive, send)
        finally:
            self.requests.end(peer)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ: Any = environ_of(scope)
        refusal: Refusal | None
        if refusal := too_large(environ):
            await _problem(environ, refusal).give(send)
            return
        environ = self._believed(environ, None)
        if refusal := enter(environ, self._sub_path):
            await _problem(environ, refusal).give(send)
            return
        if (answer := self._feeds.response(environ)) is not None:
            if not await self._give(environ, answer, send):
                await _busy(environ).give(send)
            return
        body = await self._bodies.read(environ, receive)
        put(environ, body)
        exact = b"" if isinstance(body, Refusal) else body
        if (answer := await self._posts.response(environ, exact)) is not None:
            await answer.give(send)
        else:
            await self._threads.respond(environ, receive, send, size=len(exact))


def app(settings: Settings | None = None, *, trial: Trial | None = None) -> AsgiApp:
    """Build the service. Settings default to those of the environment."""
    return AsgiApp(create_app(settings, trial=trial))


def _busy(environ: Environ) -> WsgiResponse:
    """The response if the thread pool or the send buffer is full: unavailable, retry in a second. A longer queue would not make
    requests faster."""
    return _problem(environ, Unavailable("too many requests wait at this moment; please send this again"), ("Retry-After", "1"))


def _problem(environ: Environ, refusal: Refusal, *headers: tuple[str, str]) -> WsgiResponse:
    """A refusal without a thread: the same problem as Flask would give."""
    request_id, status = request_id_of(environ.get("HTTP_X_REQUEST_ID", "")), STATUS[refusal.code]
    problem = in_words(
        refusal.code, refusal.detail, refusal.faults, status=status, request_id=request_id, sub_path=sub_path_of(environ)
    )
    body = problem.model_dump_json().encode()
    own = [("Content-Type", PROBLEM), ("Content-Length", str(len(body))), *headers, ("X-Request-Id", request_id)]
    if environ.get("PATH_INFO") == CHECK_PATH:
        own.append((GUID, str(new_id())))
    return WsgiResponse(status, raw([*own, *DEFAULT_HEADERS]), body)


def _as_it_is(environ: Environ, _: Any) -> Any:
    return environ
