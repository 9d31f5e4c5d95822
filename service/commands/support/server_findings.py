"""What `greenroom doctor` finds about the servers beside the database: Redis, the mail server and the web process."""

import http.client
import json
from dataclasses import dataclass
from typing import Any

import redis

from service.commands.support.broker_check import NAME_ANOTHER, reason_of, unusable, without_semaphores
from service.commands.support.context import settings
from service.commands.support.own_web import connection_to_web, listening_at
from service.jobs.names import Route
from service.jobs.redis_client import redis_client
from workers.resources.mail_server import MailFailed, MailServer


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one test. `ok` is False if something must be done, None if it is only a note."""

    about: str
    ok: bool | None
    says: str
    do: str = ""


def broker() -> Finding:
    url = settings().redis_url
    if not settings().has_broker:
        return Finding("broker", True, "none: the sweep checks comments and delivers webhooks")
    if fault := without_semaphores():
        return Finding("broker", False, fault, "until then the sweep checks comments and delivers webhooks, more slowly")
    client = redis_client(url, patience=1)
    try:
        if fault := unusable(url):
            return Finding("broker", False, fault, NAME_ANOTHER)
        waiting = ", ".join(f"{client.llen(f'greenroom:jobs:{route}')} {route}" for route in Route)
        return _facts(client, waiting)
    except redis.RedisError as error:
        do = "comments are checked a little later until it is back; is REDIS_URL right?"
        return Finding("broker", False, f"Redis cannot be used: {reason_of(error)}", do)
    finally:
        client.close()


def mail() -> Finding:
    if not settings().sends_mail:
        return Finding("mail", True, "none: an admin gives out sign-in links; the setting mail_url sends them")
    server = MailServer.of(settings())
    try:
        server.check()
    except MailFailed as failure:
        do = "do the host, port, user and password in mail_url fit, and does the server offer TLS with a certificate that is trusted?"
        return Finding("mail", False, f"{server.host}:{server.port} cannot be used: {failure}", do)
    return Finding("mail", True, f"{server.host}:{server.port} answers; mails are sent from {server.sender}")


def web() -> Finding:
    place, connection = listening_at(settings()), connection_to_web(settings(), seconds=3)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        status = json.loads(answer.read())["status"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return Finding("web", None, f"nobody answers at {place}", "`greenroom up` or `greenroom web` starts it")
    finally:
        connection.close()
    return Finding("web", status == "ok", f"answers at {place}: {status}")


def _facts(client: redis.Redis, waiting: str) -> Finding:
    try:
        facts: dict[str, Any] = client.info()
    except redis.exceptions.NoPermissionError:
        do = "`ACL SETUSER … +info` lets it; until then nobody sees whether Redis evicts wake-ups (maxmemory-policy)"
        return Finding("broker", None, f"Redis can be used, but its user may not ask about it (INFO); {waiting}", do)
    says = f"Redis {facts['redis_version']}, {facts['maxmemory_policy']}, append-only {'on' if facts['aof_enabled'] else 'off'}; {waiting}"
    good = facts["maxmemory_policy"] == "noeviction"
    return Finding("broker", good or None, says, "" if good else "set maxmemory-policy noeviction: an evicted wake-up costs time")
