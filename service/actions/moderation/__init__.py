"""Use cases of moderators: decide, queue actions, notes, replies, bans, escalation."""
