"""The Celery application: the broker and its settings."""

from typing import Any
from urllib.parse import quote, urlsplit

from celery import Celery

from service.config import Settings
from service.jobs.names import PREFIX, ROUTES, Route
from service.redis_address import Sentinels, sentinels_of


def celery_app(settings: Settings) -> Celery:
    """The Celery application. Senders and workers use the same settings, which were tested together.

    A comment's lease is longer than `task_time_limit`, and Redis redelivers a task (`visibility_timeout`) only after the lease.
    So one comment is checked by one worker at a time.
    """
    app = Celery("greenroom", broker=_broker_url(settings.redis_url), set_as_current=False)
    app.conf.update(_CELERY)
    if sentinels := sentinels_of(settings.redis_url):
        app.conf.update(_through_sentinels(sentinels))
    elif settings.redis_url.startswith("rediss://") and "ssl_" not in urlsplit(settings.redis_url).query:
        # Without any option Celery would not speak TLS.
        app.conf.update(broker_use_ssl=_TLS)
    app.conf.update(task_routes={job.value: {"queue": route.value} for job, route in ROUTES.items()})
    return app


def _broker_url(redis_url: str) -> str:
    """The Redis URL in Celery's spelling, which is another one for Unix sockets and Sentinels."""
    if sentinels := sentinels_of(redis_url):
        user, password = (quote(sentinels.login.get(part, ""), safe="") for part in ("username", "password"))
        # Celery connects anew with the next one of these, so each has all that is needed.
        return ";".join(f"sentinel://{user}:{password}@{_host(*place)}/{sentinels.database}" for place in sentinels.hosts)
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://").replace("?db=", "?virtual_host=")
    return redis_url or "memory://"


def _host(name: str, port: int) -> str:
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _through_sentinels(sentinels: Sentinels) -> dict[str, Any]:
    limits = {name: _CELERY["broker_transport_options"][name] for name in ("socket_timeout", "socket_connect_timeout")}
    options = {"master_name": sentinels.name, "sentinel_kwargs": sentinels.sentinel_options | limits}
    return {
        "broker_transport_options": _CELERY["broker_transport_options"] | options,
        "broker_use_ssl": sentinels.tls or (False if sentinels.tls is None else _TLS),
    }


#: TLS with what the machine trusts.
_TLS = {"ssl_cert_reqs": "required"}

_CELERY: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,
    "worker_prefetch_multiplier": 1,
    "task_soft_time_limit": 15,
    "task_time_limit": 20,
    "task_publish_retry": False,
    "broker_connection_timeout": 1,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 5,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_enable_remote_control": False,
    "task_default_queue": Route.CHECKS.value,
    "enable_utc": True,
    "timezone": "UTC",
    "broker_transport_options": {
        "global_keyprefix": PREFIX,
        "visibility_timeout": 120,
        # Seconds of one BRPOP. A wake-up ends it at once; without one, Celery would ask each second.
        "polling_interval": 4,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "health_check_interval": 10,
        "max_retries": 0,
    },
}
