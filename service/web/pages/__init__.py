"""The HTML pages for moderators, on one blueprint."""
