"""Comments of other comment systems: how they are read, and what becomes of them here."""
