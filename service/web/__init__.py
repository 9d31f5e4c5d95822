"""The web service: for hosts, moderators, readers and operators."""
