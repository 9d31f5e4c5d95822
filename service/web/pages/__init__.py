"""HTML for moderators, on one blueprint."""
