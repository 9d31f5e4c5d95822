"""The models of the checks and their features."""
