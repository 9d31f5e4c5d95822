"""Queries on labels, site models and scored decisions."""
