"""The web service as its server calls it (ASGI): hot feeds and ordinary comments on the event loop, all else by Flask in threads.

A thread that waits for a commit costs twelve changes of threads a request; on the loop a whole batch is woken in one turn.
"""

from typing import Any

from flask import Flask

from service.config import Settings
from service.domain.errors import Refusal
from service.web.app import UNLESS_SAID, believing, create_app
from service.web.bodies import Bodies, put
from service.web.bridge import Environ, Receive, Scope, Send, Threads, environ_of
from service.web.feed_front import FeedFront
from service.web.post_front import PostFront


class Served:
    """An ASGI application around Flask's."""

    def __init__(self, app: Flask) -> None:
        doors = app.extensions["greenroom"]
        self._bodies = Bodies()
        self._feeds = FeedFront(app, doors)
        self._posts = PostFront(doors, said=UNLESS_SAID)
        self._threads = Threads(self._feeds, most=doors.settings.web_threads)
        # Flask does the same again, to the same end: it is asked without the loop, too.
        self._believed = believing(_as_it_is, doors.settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ: Any = self._believed(environ_of(scope), None)
        answer = self._feeds.answer(environ)
        if answer is None:
            body = await self._bodies.read(environ, receive)
            put(environ, body)
            answer = None if isinstance(body, Refusal) else await self._posts.answer(environ, body)
        if answer is not None:
            await answer.give(send)
        else:
            await self._threads.answer(environ, receive, send)


def served(settings: Settings | None = None) -> Served:
    """A fresh service on these settings, or on those of the environment."""
    return Served(create_app(settings))


def _as_it_is(environ: Environ, _: Any) -> Any:
    return environ
