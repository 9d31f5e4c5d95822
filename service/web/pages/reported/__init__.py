"""The pages about readers' reports and complaints, for moderators."""
