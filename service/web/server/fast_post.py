"""Fast path for new comments: the same steps as in the view, but on the event loop, without the cost of routing and of a thread.

The view handles every other case: an unusual header, an API key that is not cached, an invalid body, a refusal, a failure. So
only the view reports errors. Both paths share the rules, the group commit and the rate limits.
"""

import asyncio
import re
import time
from collections.abc import Iterable

from service.actions.comments.submit import Accepted, Submission
from service.crash import CrashPoint, crash_point
from service.domain.security.tokens import digest_of
from service.jobs.names import Job
from service.logs import request_ids
from service.store.sites.sites import ApiKeyHolder
from service.store.tables.sites import Scope
from service.telemetry.spans import begin_request
from service.web.api.comment_request import CommentBody
from service.web.api.comment_response import accepted_as_json
from service.web.auth.rate_limit import Rate, quota_of, usage
from service.web.http.environ_keys import CALLER, RATE_COUNTED, RAW_PATH, SUBMIT_OUTCOME, Environ, Headers
from service.web.http.json_body import parse_fast
from service.web.http.request_headers import well_formed
from service.web.http.request_id import request_id_of
from service.web.ops.metrics import observe
from service.web.ops.request_spans import end_request
from service.web.resources.web_resources import WebResources
from service.web.server.async_commit import AsyncGroupCommit
from service.web.server.wsgi_adapter import WsgiResponse, raw

_PATH = "/v1/comments"
_MAY_SUBMIT = frozenset({Scope.SUBMIT, Scope.ADMIN})
_JSON = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_UNUSUAL = frozenset({"HTTP_PREFER", "HTTP_CONTENT_ENCODING"})
#: Maximum bytes of a body that the fast path parses. Parsing blocks the event loop: in the worst case (a body with many errors)
#: for two milliseconds.
_LONGEST = 16 * 1024
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)


class FastPost:
    """Stores comments and answers. `said`: the headers that every response has."""

    def __init__(self, resources: WebResources, *, said: Iterable[tuple[str, str]]) -> None:
        self._resources, self._root = resources, resources.settings.sub_path
        self._outcomes = AsyncGroupCommit(resources.group_commit)
        self._said = raw([("Content-Type", "application/json"), *said])
        self._new_request_ids: list[str] = []

    async def response(self, environ: Environ, exact: bytes) -> WsgiResponse | None:
        """Store the comment and return the response. None if the view should answer."""
        if environ["REQUEST_METHOD"] != "POST" or environ[RAW_PATH] != _PATH or not _is_ordinary(environ, exact):
            return None
        began = time.perf_counter()
        caller = environ[CALLER] = self._caller(environ.get("HTTP_AUTHORIZATION", ""))
        if caller is None or not self._may(environ, caller):
            return None
        submission = self._submission(environ, exact, caller)
        if submission is None:
            return None
        request_id = environ["HTTP_X_REQUEST_ID"] = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        request_ids.set((request_id,))
        # If the view answers after all, it begins a span of its own, and this one is never exported.
        span = begin_request(request_id, environ.get("HTTP_TRACEPARENT", ""), seconds_ago=time.perf_counter() - began)
        outcome = environ[SUBMIT_OUTCOME] = await self._outcomes.of(submission)
        if not isinstance(outcome, Accepted):
            return None
        crash_point(CrashPoint.ACCEPTED)
        self._wake_soon(request_id)
        name, thread = str(outcome.comment_id), submission.draft.thread.id
        body = accepted_as_json(name, caller.site_id, thread, base=self._resources.settings.url)
        observe("comments.submit_comment", "POST", "202", time.perf_counter() - began)
        if span.traceparent:
            end_request(span, "POST", _PATH, 202, request_id)
        own = [
            *_own(f"{self._root}{_PATH}/{name}", len(body), replayed=outcome.replayed),
            *self._rate_limit_headers(environ),
            ("X-Request-Id", request_id),
        ]
        return WsgiResponse(202, self._said + raw(own), body)

    def _wake_soon(self, request_id: str) -> None:
        """Wake a worker once for all comments of a commit: their requests resume in one turn of the event loop. A wake-up releases the
        GIL. One for each comment took a third of the processor time of accepting it."""
        if not self._new_request_ids:
            asyncio.get_running_loop().call_soon(self._wake)
        self._new_request_ids.append(request_id)

    def _wake(self) -> None:
        ids, self._new_request_ids = self._new_request_ids, []
        request_ids.set(tuple(ids))
        self._resources.notifier.notify(Job.DRAIN)

    def _caller(self, authorization: str) -> ApiKeyHolder | None:
        """The holder of this API key, if it is cached and may send comments."""
        scheme, _, token = authorization.partition(" ")
        caller = self._resources.api_keys.cached(digest_of(token)) if scheme == "Bearer" else None
        return caller if caller and not caller.scopes.isdisjoint(_MAY_SUBMIT) else None

    def _submission(self, environ: Environ, exact: bytes, caller: ApiKeyHolder) -> Submission | None:
        """The body as a submission. None if it is invalid: the view reports the error."""
        body = parse_fast(CommentBody, exact)
        if body is None:
            return None
        key, hashes = environ.get("HTTP_IDEMPOTENCY_KEY", ""), self._resources.request_hashes
        return Submission.sent(caller.site_id, body.draft(), key=key, body=exact, hashes=hashes, by_host=True)

    def _may(self, environ: Environ, caller: ApiKeyHolder) -> bool:
        """Count this request. The view does not count it again. False if the rate limit is used up."""
        used, _ = environ[RATE_COUNTED] = self._resources.counters.hit(f"{Rate.KEY}:{caller.key_id.hex}")
        return used <= quota_of(Rate.KEY, self._resources.settings)

    def _rate_limit_headers(self, environ: Environ) -> Headers:
        (used, reset), quota = environ[RATE_COUNTED], quota_of(Rate.KEY, self._resources.settings)
        return usage(Rate.KEY, quota, quota - used, reset)


def _is_ordinary(environ: Environ, exact: bytes) -> bool:
    """True for a JSON body that is short enough for the event loop, with no header that needs the view."""
    return (
        environ.get("CONTENT_TYPE") in _JSON
        and 0 < len(exact) <= _LONGEST
        and environ.keys().isdisjoint(_UNUSUAL)
        and ("HTTP_IDEMPOTENCY_KEY" not in environ or well_formed(environ["HTTP_IDEMPOTENCY_KEY"]))
        and _HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None
    )


def _own(location: str, length: int, *, replayed: bool) -> Headers:
    own = [("Content-Length", str(length)), ("Location", location)]
    return [*own, ("Idempotent-Replayed", "true")] if replayed else own
