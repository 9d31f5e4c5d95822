"""Webhooks without I/O: signing, retry schedule, target address."""
