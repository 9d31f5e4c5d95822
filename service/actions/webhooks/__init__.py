"""Use cases of webhooks: endpoints, deliveries, attempts."""
