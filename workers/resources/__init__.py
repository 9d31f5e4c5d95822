"""What one worker process keeps: its context, caches, the safe HTTP client, the broker guard."""
