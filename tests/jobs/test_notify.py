"""The jobs: the Celery settings, the notifier, which never raises, and the request ids of a task."""

import json
import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
import redis

from service.jobs.celery_app import celery_app
from service.jobs.names import Job, Route
from service.jobs.notify import CeleryNotifier, notifier
from service.logs import request_ids
from service.setting_sources import load
from tests.support.process_tree import Up
from tests.support.servers import PATIENCE, Redis, free_port, wait_until


def test_the_settings_are_those_that_were_checked_together() -> None:
    settings = load({"REDIS_URL": "redis://127.0.0.1:1"})
    conf = celery_app(settings).conf
    assert conf.task_ignore_result
    assert not conf.result_backend
    assert conf.task_acks_late
    assert not conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.task_soft_time_limit < conf.task_time_limit < settings.lease
    assert settings.lease < conf.broker_transport_options["visibility_timeout"]
    assert conf.broker_transport_options["max_retries"] == 0
    assert conf.broker_connection_max_retries is None
    assert conf.worker_cancel_long_running_tasks_on_connection_loss
    assert conf.worker_soft_shutdown_timeout == 5
    assert not conf.worker_enable_remote_control


@pytest.mark.parametrize("url", ["rediss://cache.example", "rediss://greenroom:ssl_word@cache.example"])
def test_wake_ups_to_rediss_are_encrypted(url: str) -> None:
    with celery_app(load({"REDIS_URL": url})).connection_for_write() as connection:
        assert connection.ssl == {"ssl_cert_reqs": "required"}


def test_a_worker_is_told_by_sigterm_to_end_soon() -> None:
    """Celery reads the variable when it is imported, so it must be set before anything of ours imports Celery."""
    code = (
        "from service.setting_sources import load; from service.processes.roles import Role, load_libraries;"
        "load_libraries({Role.CHECKS}, load({})); from billiard.common import REMAP_SIGTERM; print(REMAP_SIGTERM)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "SIGQUIT\n"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{port}/0", "unix:///nowhere/redis.sock?db=0"])
def test_ringing_without_a_broker_does_not_fail(url: str) -> None:
    ringing = notifier(load({"REDIS_URL": url.format(port=free_port())}))
    for _ in range(3):
        ringing.notify(Job.DRAIN)


class Stuck:
    """A broker that hangs on each message until it is released."""

    def __init__(self) -> None:
        self.reached, self.let_go = threading.Event(), threading.Event()

    def producer_or_acquire(self) -> None:
        self.reached.set()
        self.let_go.wait()
        raise ConnectionError

    send_task = producer_or_acquire


def test_nobody_who_rings_waits_for_the_broker() -> None:
    broker = Stuck()
    ringing = CeleryNotifier(broker)  # type: ignore[arg-type]
    ringing.notify(Job.DRAIN)
    assert broker.reached.wait(PATIENCE)
    rung = threading.Event()
    threading.Thread(target=lambda: (ringing.notify(Job.DRAIN), rung.set()), daemon=True).start()
    assert rung.wait(PATIENCE), "it waits although the broker has not come back"
    broker.let_go.set()


def test_a_flood_of_rings_is_one_nudge_until_somebody_takes_it(redis_server: Redis) -> None:
    # A Redis database that no other test has used.
    url = redis_server.url.removesuffix("/0") + "/5"
    ringing = notifier(load({"REDIS_URL": url}))
    token = request_ids.set(("a-request",))
    for _ in range(1000):
        ringing.notify(Job.DRAIN)
    request_ids.reset(token)
    with redis.Redis.from_url(url) as client:
        name = f"greenroom:jobs:{Route.CHECKS}"
        wait_until(lambda: client.llen(name) > 0, what="a nudge")
        for _ in range(1000):
            ringing.notify(Job.DRAIN)
        assert client.llen(name) == 1
        nudge = json.loads(client.lindex(name, -1))
        client.delete(name)
        ringing.notify(Job.DRAIN)
        wait_until(lambda: client.llen(name) == 1, what="another nudge")
    assert nudge["headers"]["task"] == Job.DRAIN
    assert nudge["headers"]["greenroom_requests"] == ["a-request"]


def test_a_request_can_be_followed_from_the_web_into_the_worker(tmp_path: Path) -> None:
    words = "Nobody should ever find these words in a log"
    author = {"name": "Sigismunda", "email": "sigismunda@reader.example"}
    with Up(tmp_path / "home") as up:
        log = tmp_path / "home" / "greenroom.log"

        requests: list[str] = []

        def followed() -> bool:
            """A look of the sweep may check a comment before its wake-up comes. Therefore post until one is followed."""
            requests.append(str(uuid.uuid4()))
            body = {"thread": {"id": "t"}, "text": f"{words} {requests[-1]}.", "author": author}
            up.ask("POST", "/v1/comments", body, X_Request_Id=requests[-1], Prefer="wait=5")
            lines = [json.loads(line) for line in log.read_text().splitlines() if any(each in line for each in requests)]
            return "sweep" in {line["process"] for line in lines}

        wait_until(followed, what="a request in the log of the sweep", pause=0.5)
        assert not [word for word in (words, "Sigismunda", "reader.example", up.key) if word in log.read_text()]


def test_the_door_of_celery_opens() -> None:
    code = (
        "from workers.main import app; app.finalize(); print(sorted(name for name in app.tasks if name.startswith('greenroom')))"
    )
    environ = {"PATH": os.environ["PATH"], "REDIS_URL": "redis://127.0.0.1:1"}
    printed = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == str(sorted(job.value for job in Job))
