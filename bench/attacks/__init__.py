"""Attacks of one client on the others, each against a real web process: what the others feel of it."""
