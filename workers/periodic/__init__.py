"""Periodic jobs: the sweep, retention, daily statistics, expiry of idempotency keys, mails, training of site models."""
