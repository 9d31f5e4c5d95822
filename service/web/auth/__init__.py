"""API keys, sessions, CSRF protection and rate limits."""
