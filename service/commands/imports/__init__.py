"""Readers of the files of other comment systems: one format a file."""
