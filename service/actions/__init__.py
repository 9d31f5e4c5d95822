"""Use cases, one a file. Each gets a session and `now`; none commits or notifies."""
