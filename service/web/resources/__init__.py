"""What one web process keeps open or in memory: database, caches, counters, group commit."""
