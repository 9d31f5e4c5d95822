"""The web service as its server calls it (ASGI): hot feeds and ordinary comments on the event loop, all else by Flask in threads.

A thread that waits for a commit costs twelve changes of threads a request; on the loop a whole batch is woken in one turn.
"""

from typing import Any

from flask import Flask

from service.config import Settings
from service.domain.errors import Code, Refusal
from service.domain.ids import new_id
from service.web.api.akismet import CHECK_PATH, GUID
from service.web.app import create_app, with_trusted_proxies
from service.web.http.environ_keys import Environ
from service.web.http.errors import PROBLEM, STATUS, in_words
from service.web.http.request_id import request_id_of
from service.web.http.security_headers import DEFAULT_HEADERS
from service.web.resources.web_resources import Trial
from service.web.server.body_reader import BodyReader, put
from service.web.server.fast_feed import FastFeed
from service.web.server.fast_post import FastPost
from service.web.server.response_sender import Sending
from service.web.server.wsgi_adapter import Receive, Scope, Send, WsgiResponse, WsgiThreads, environ_of, raw


class AsgiApp:
    """An ASGI application around Flask's."""

    def __init__(self, app: Flask) -> None:
        doors = app.extensions["greenroom"]
        self._bodies = BodyReader()
        self._feeds = FastFeed(app, doors)
        self._posts = FastPost(doors, said=DEFAULT_HEADERS)
        self._give = Sending().give
        self._threads = WsgiThreads(self._feeds, most=doors.settings.web_threads, busy=_busy, give=self._give)
        # Flask does the same again, to the same end: it is asked without the loop, too.
        self._believed = with_trusted_proxies(_as_it_is, doors.settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ: Any = self._believed(environ_of(scope), None)
        if (answer := self._feeds.answer(environ)) is not None:
            if not await self._give(environ, answer, send):
                await _busy(environ).give(send)
            return
        body = await self._bodies.read(environ, receive)
        put(environ, body)
        exact = b"" if isinstance(body, Refusal) else body
        if (answer := await self._posts.answer(environ, exact)) is not None:
            await answer.give(send)
        else:
            await self._threads.answer(environ, receive, send, size=len(exact))


def app(settings: Settings | None = None, *, trial: Trial | None = None) -> AsgiApp:
    """A fresh service on these settings, or on those of the environment."""
    return AsgiApp(create_app(settings, trial=trial))


def _busy(environ: Environ) -> WsgiResponse:
    """More requests than threads will come to soon: the caller may come again, and nobody waits longer for it."""
    request_id, status = request_id_of(environ.get("HTTP_X_REQUEST_ID", "")), STATUS[Code.UNAVAILABLE]
    told = in_words(
        Code.UNAVAILABLE, "too many requests wait at this moment; please send this again", status=status, request_id=request_id
    )
    body = told.model_dump_json().encode()
    own = [("Content-Type", PROBLEM), ("Content-Length", str(len(body))), ("Retry-After", "1"), ("X-Request-Id", request_id)]
    if environ.get("PATH_INFO") == CHECK_PATH:
        own.append((GUID, str(new_id())))
    return WsgiResponse(status, raw([*own, *DEFAULT_HEADERS]), body)


def _as_it_is(environ: Environ, _: Any) -> Any:
    return environ
