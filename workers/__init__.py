"""The Celery workers: they check comments, deliver webhooks and run periodic work."""
