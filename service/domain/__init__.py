"""Plain Python: no clock, no environment, no I/O."""
