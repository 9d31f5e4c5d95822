"""What one worker process holds: WorkerResources, caches, the safe HTTP client, the broker guard."""
