"""Benchmarks of the delivery worker."""
