"""Queries on moderators, two-factor sign-in and the audit log."""
