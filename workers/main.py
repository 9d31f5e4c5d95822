"""The Celery application for `celery -A workers.main`, with our logging."""

import os

from celery import signals

from service.logs import configure
from service.setting_sources import load
from service.uncaught_errors import log_stderr, log_uncaught
from workers.app import build


def _log(**_: object) -> None:
    """Replaces Celery's logging, whose lines hold error messages and task arguments."""
    configure("celery", level=settings.log_level, style=settings.log_format)
    log_uncaught()
    log_stderr()


settings = load(os.environ)
signals.setup_logging.connect(_log)  # type: ignore[no-untyped-call]
app = build(settings)
