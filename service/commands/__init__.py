"""The commands of `greenroom`, one subject per file."""
