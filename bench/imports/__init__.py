"""The measurement of imports of old comments."""
