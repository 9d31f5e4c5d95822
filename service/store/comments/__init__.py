"""Queries on comments: insert, claim, change state, check input, list, feed."""
