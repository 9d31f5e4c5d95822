"""Pending comments: claim, check, judge, apply the verdict; external checks."""
