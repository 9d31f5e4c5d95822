"""Ordinary comments are taken on the event loop: the same steps as the view's, with none of what a route or a thread costs.

Whatever is not quite ordinary goes on to the view: another header, a key that has to be looked up, a body with a fault, a
refusal, a failure. So every error has one home, and both lanes share the rules, the committer and the counting of calls.
"""

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
from service.web.api.comment_request import CommentBody
from service.web.api.comment_response import accepted_as_json
from service.web.auth.rate_limit import Rate, quota_of, usage
from service.web.http.environ_keys import CALLER, RATE_COUNTED, SUBMIT_OUTCOME, Environ, Headers
from service.web.http.json_body import parse_fast
from service.web.http.request_headers import well_formed
from service.web.http.request_id import request_id_of
from service.web.ops.metrics import observe
from service.web.resources.web_resources import WebResources
from service.web.server.async_commit import AsyncGroupCommit
from service.web.server.wsgi_adapter import WsgiResponse, raw

_PATH = "/v1/comments"
_JSON = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_UNUSUAL = frozenset({"HTTP_PREFER", "HTTP_CONTENT_ENCODING"})
#: Bytes of a body that is read on the loop, where everybody waits for it: two milliseconds, should all of it be faults.
_LONGEST = 16 * 1024
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)


class FastPost:
    """`said` is what every answer says, whatever it is."""

    def __init__(self, doors: WebResources, *, said: Iterable[tuple[str, str]]) -> None:
        self._doors = doors
        self._outcomes = AsyncGroupCommit(doors.group_commit)
        self._said = raw([("Content-Type", "application/json"), *said])

    async def answer(self, environ: Environ, exact: bytes) -> WsgiResponse | None:
        """The answer to an ordinary comment with this body, once it is stored; nothing where the view should answer."""
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != _PATH or not _is_ordinary(environ, exact):
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
        outcome = environ[SUBMIT_OUTCOME] = await self._outcomes.of(submission)
        if not isinstance(outcome, Accepted):
            return None
        crash_point(CrashPoint.ACCEPTED)
        self._doors.notifier.notify(Job.DRAIN)
        name, thread = str(outcome.comment_id), submission.draft.thread.id
        body = accepted_as_json(name, caller.site_id, thread, base=self._doors.settings.url)
        observe("comments.receive", "POST", "202", time.perf_counter() - began)
        own = [*_own(name, len(body), replayed=outcome.replayed), *self._standing(environ), ("X-Request-Id", request_id)]
        return WsgiResponse(202, self._said + raw(own), body)

    def _caller(self, authorization: str) -> ApiKeyHolder | None:
        """Whose key this is, where it was met a moment ago and may send comments."""
        scheme, _, token = authorization.partition(" ")
        caller = self._doors.api_keys.cached(digest_of(token)) if scheme == "Bearer" else None
        return caller if caller and caller.scopes & {Scope.SUBMIT, Scope.ADMIN} else None

    def _submission(self, environ: Environ, exact: bytes, caller: ApiKeyHolder) -> Submission | None:
        """The body as a submission. One with a fault is for the view to read."""
        body = parse_fast(CommentBody, exact)
        if body is None:
            return None
        key, hashes = environ.get("HTTP_IDEMPOTENCY_KEY", ""), self._doors.request_hashes
        return Submission.sent(caller.site_id, body.draft(), key=key, body=exact, hashes=hashes)

    def _may(self, environ: Environ, caller: ApiKeyHolder) -> bool:
        """Count this call, once for both lanes."""
        used, _ = environ[RATE_COUNTED] = self._doors.counters.hit(f"{Rate.KEY}:{caller.key_id.hex}")
        return used <= quota_of(Rate.KEY, self._doors.settings)

    def _standing(self, environ: Environ) -> Headers:
        (used, reset), quota = environ[RATE_COUNTED], quota_of(Rate.KEY, self._doors.settings)
        return usage(Rate.KEY, quota, quota - used, reset)


def _is_ordinary(environ: Environ, exact: bytes) -> bool:
    """A JSON body, not so long that reading it would hold up others, and no header that changes what is done."""
    return (
        environ.get("CONTENT_TYPE") in _JSON
        and 0 < len(exact) <= _LONGEST
        and environ.keys().isdisjoint(_UNUSUAL)
        and ("HTTP_IDEMPOTENCY_KEY" not in environ or well_formed(environ["HTTP_IDEMPOTENCY_KEY"]))
        and _HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None
    )


def _own(name: str, length: int, *, replayed: bool) -> Headers:
    own = [("Content-Length", str(length)), ("Location", f"{_PATH}/{name}")]
    return [*own, ("Idempotent-Replayed", "true")] if replayed else own
