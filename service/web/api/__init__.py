"""The JSON API for hosts."""
