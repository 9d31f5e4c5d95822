"""Celery jobs: names and queues, the Celery application, the notifier, the active poller."""
