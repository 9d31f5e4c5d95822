"""Queries on webhooks: endpoints, deliveries, payload."""
