"""Webhook deliveries: the delivery worker, the send pool and the sender."""
