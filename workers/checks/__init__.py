"""The checks, in the order in which they run. A newcomer reads this list like a contents page."""
