"""For readers: feed and comment form."""
