"""Queries for daily statistics and gauges."""
