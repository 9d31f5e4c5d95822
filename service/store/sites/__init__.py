"""Queries on sites, external checks and back-tests of rules."""
