"""Use cases of comments: submit, apply verdicts, edit, erase."""
