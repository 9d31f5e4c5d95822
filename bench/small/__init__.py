"""What a comment server costs where little happens: at rest, and at 1, 5 and 50 comments a second."""
