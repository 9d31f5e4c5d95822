"""Use cases of time: archive, retention, daily statistics."""
