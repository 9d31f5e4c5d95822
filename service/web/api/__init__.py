"""JSON for hosts."""
