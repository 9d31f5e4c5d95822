"""Queries on readers' reports and complaints."""
