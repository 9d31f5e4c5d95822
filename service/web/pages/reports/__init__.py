"""Decisions, authors, threads and charts."""
