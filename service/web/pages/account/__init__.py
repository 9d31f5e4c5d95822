"""Sign-in and the account of a moderator."""
