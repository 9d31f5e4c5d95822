"""Liveness and readiness. If the broker is down, the response says so, but the process still counts as ready."""

from threading import Lock
from typing import Literal

from cachetools import TTLCache
from flask import Blueprint, Response

from service.clock import utcnow
from service.config import Settings
from service.store.comments.claim import oldest_pending
from service.store.db.schema_version import Schema, revision, schema
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.responses import ResponseModel, json_response
from service.web.http.route_metadata import public
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("health", __name__)

#: Seconds that the broker's state is cached, and the timeout of its ping in seconds.
TTL, PATIENCE = 5.0, 0.3
_lock = Lock()
_broker: TTLCache[str, str] = TTLCache(1, TTL)


class Alive(ResponseModel):
    """This process answers."""

    status: Literal["ok"] = "ok"


class Readiness(ResponseModel):
    """What this process needs. `broker` is ok, away or none; without one the sweeps do its work, a little later."""

    status: Literal["ok", "not ready"]
    database: Literal["ok"] = "ok"
    schema_state: Schema
    revision: str | None
    broker: str
    oldest_pending_seconds: float


@bp.get("/livez")
@public
@rate_limited(Rate.ADDRESS)
@operation("Health", "Is this process alive?", answers={200: Answer("It is", {JSON: Alive})})
def livez() -> Response:
    """Checks no dependency, so that a slow database does not restart the web processes."""
    return json_response(Alive())


@bp.get("/readyz")
@public
@rate_limited(Rate.ADDRESS)
@operation(
    "Health",
    "Can this process do its work?",
    detail="503 while the database is away or its schema is older than this version wants.",
    answers={200: Answer("It can", {JSON: Readiness}), 503: Answer("Not now", {JSON: Readiness})},
)
def readyz() -> Response:
    with resources().database.reading() as session:
        at = revision(session)
        standing = schema(at)
        fits = standing in (Schema.CURRENT, Schema.NEWER)
        oldest = oldest_pending(session) if fits else None
    seconds = max(0.0, (utcnow() - oldest).total_seconds()) if oldest else 0.0
    readiness = Readiness(
        status="ok" if fits else "not ready",
        schema_state=standing,
        revision=at,
        broker=broker(resources().settings),
        oldest_pending_seconds=round(seconds, 3),
    )
    return json_response(readiness, 200 if fits else 503)


def broker(settings: Settings) -> str:
    """State of the broker: ok, away, or none if not configured. Cached for a few seconds."""
    if not settings.redis_url:
        return "none"
    with _lock:
        word = _broker.get(settings.redis_url)
    if word is None:
        word = _ping(settings.redis_url)
        with _lock:
            _broker[settings.redis_url] = word
    return word


def _ping(url: str) -> str:
    # Imported only here: without a broker, the client of Redis would only cost memory.
    import redis

    from service.jobs.redis_client import redis_client

    client = redis_client(url, patience=PATIENCE)
    try:
        client.ping()
    except redis.RedisError:
        return "away"
    else:
        return "ok"
    finally:
        client.close()
