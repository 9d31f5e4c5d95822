"""A year of a small site and a week of a large one in less than an hour, with a clock that jumps from event to event."""
