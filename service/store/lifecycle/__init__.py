"""Queries for retention, archive, dump and the integrity check."""
