"""What the sweep does: retention, statistics, expiry, training."""
