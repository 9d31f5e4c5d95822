"""The commands of `greenroom`, one subject a file."""
