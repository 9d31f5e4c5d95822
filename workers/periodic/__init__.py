"""Periodic jobs: the sweep, retention, daily statistics, expiry of idempotency keys, training of site models."""
