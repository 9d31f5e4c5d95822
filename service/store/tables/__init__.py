"""Every table, and no query."""
