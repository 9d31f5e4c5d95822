"""The Celery application: the broker and its settings."""

from typing import Any

from celery import Celery

from service.config import Settings
from service.jobs.names import PREFIX, ROUTES, Route


def celery_app(settings: Settings) -> Celery:
    """The Celery application. Senders and workers use the same settings, which were tested together.

    A comment's lease is longer than `task_time_limit`, and Redis redelivers a task (`visibility_timeout`) only after the lease.
    So one comment is checked by one worker at a time.
    """
    app = Celery("greenroom", broker=_broker_url(settings.redis_url), set_as_current=False)
    app.conf.update(_CELERY)
    app.conf.update(task_routes={job.value: {"queue": route.value} for job, route in ROUTES.items()})
    return app


def _broker_url(redis_url: str) -> str:
    """The Redis URL in Celery's spelling: Celery uses another scheme for Unix sockets."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://").replace("?db=", "?virtual_host=")
    return redis_url or "memory://"


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
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "health_check_interval": 10,
        "max_retries": 0,
    },
}
