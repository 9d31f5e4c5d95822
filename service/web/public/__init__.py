"""Public endpoints for readers: the feed and the comment form."""
