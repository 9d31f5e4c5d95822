"""Deliveries: send pool and sender."""
