"""Benchmarks and tools that draw or list: run by make targets, not part of the product."""
