"""The door that `celery -A workers.main` opens."""

from workers.app import build

app = build()
