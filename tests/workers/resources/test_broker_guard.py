"""The broker guard: the worker drops malformed messages from Redis and goes on."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import redis

from service.jobs.names import Job, Route
from service.jobs.notify import notifier
from service.setting_sources import load
from tests.support.process_tree import GREENROOM
from tests.support.servers import PATIENCE, Redis, wait_until
from workers.resources.broker_guard import tag_of

QUEUE = f"greenroom:jobs:{Route.CHECKS}"
BODY = base64.b64encode(b"[[], {}, {}]").decode()
#: A minimal wake-up.
NUDGE: dict[str, Any] = {
    "body": BODY,
    "content-type": "application/json",
    "content-encoding": "utf-8",
    "headers": {"task": Job.DRAIN.value, "id": "an id"},
    "properties": {
        "delivery_tag": "a tag",
        "delivery_info": {"exchange": "", "routing_key": "checks"},
        "body_encoding": "base64",
    },
}


def _with(**changed: object) -> bytes:
    return json.dumps({**NUDGE, **{name.replace("_", "-"): value for name, value in changed.items()}}).encode()


GARBAGE = {
    "nothing": b"",
    "no JSON": b"not json",
    "bytes": b"\x00\xff\xfe" * 50,
    "no UTF-8": b'{"body": "\xff"}',
    "an open bracket": b"[" * 100_000,
    "null": b"null",
    "a number": b"7",
    "a list": b"[]",
    "an empty object": b"{}",
    "no properties": b'{"body": "AAAA", "headers": {}}',
    "an odd object of kombu": b'{"__type__": "uuid", "__value__": 7}',
    "a body that is no text": _with(body=7),
    "pickled": _with(content_type="application/x-python-serialize"),
    "another encoding": _with(content_encoding="utf-16"),
    "headers in a list": _with(headers=["task"]),
    "no id": _with(headers={"task": Job.DRAIN}),
    "a job that is a list": _with(headers={"task": [], "id": "x"}),
    "a job that nobody knows": _with(headers={"task": "os.system", "id": "x"}),
    "no tag": _with(properties={**NUDGE["properties"], "delivery_tag": None}),
    "huge": _with(body="A" * 5_000_000),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_no_nudge(what: str) -> None:
    try:
        message = json.loads(GARBAGE[what])
    except (ValueError, RecursionError):
        return
    assert tag_of(message) is None


def test_what_we_send_is_one() -> None:
    assert tag_of(NUDGE) == "a tag"


def test_a_worker_outlives_all_of_it_and_works_on(tmp_path: Path, redis_server: Redis) -> None:
    url = redis_server.url.removesuffix("/0") + "/6"
    environ = {
        "PATH": os.environ["PATH"], "GREENROOM_HOME": str(tmp_path), "REDIS_URL": url, "GREENROOM_WORKER_PROCESSES": "1",
        "GREENROOM_SECRET_KEY": "a secret that only the tests know, long enough",
    }  # fmt: skip
    subprocess.run([GREENROOM, "db", "upgrade"], env=environ, check=True, capture_output=True, timeout=PATIENCE)
    log = tmp_path / "worker.log"
    with redis.Redis.from_url(url) as client, log.open("wb") as written:
        client.lpush(QUEUE, *GARBAGE.values())
        worker = subprocess.Popen([GREENROOM, "worker"], env=environ, stdout=written, stderr=written)
        try:
            wait_until(lambda: not client.exists(QUEUE), what="the garbage to be taken")
            # Celery accepts these and then fails on them. None may keep a prefetch slot.
            client.lpush(
                QUEUE, *(_with(body=body, properties={**NUDGE["properties"], "delivery_tag": body}) for body in ("!!!", "Nw=="))
            )
            wait_until(lambda: not client.exists(QUEUE), what="the broken bodies to be taken")
            notifier(load(environ)).notify(Job.DRAIN)
            wait_until(
                lambda: not client.exists(QUEUE) and not client.exists("greenroom:jobs:unacked"), what="a nudge to be done"
            )
            assert worker.poll() is None, log.read_text()[-3000:]
        finally:
            worker.terminate()
            worker.wait(PATIENCE)
    said = log.read_text()
    assert said.count("message_dropped") >= len(GARBAGE), said[-3000:]
