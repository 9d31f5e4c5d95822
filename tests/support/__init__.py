"""Shared by tests: real servers, browsers, process trees, factories."""
