"""Queries for moderators: queue, cards, groups, decisions, authors."""
