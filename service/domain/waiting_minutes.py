"""After how many minutes in the queue a comment makes it an old one: somebody who wants to know of old queues chooses."""

from service.domain.errors import Invalid

#: The longest wait that can be chosen: a week.
MOST_MINUTES = 7 * 24 * 60


def check_minutes(minutes: int) -> None:
    """Raise Invalid for minutes that cannot be chosen. Zero means never."""
    if not 0 <= minutes <= MOST_MINUTES:
        raise Invalid.field("/old_after", "range", f"expected a whole number from 0 to {MOST_MINUTES}")


def parse_minutes(text: str) -> int:
    """The minutes that somebody typed; an empty text means never. Raises Invalid."""
    digits = text.strip() or "0"
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 6):
        raise Invalid.field("/old_after", "not_a_number", f"expected a whole number from 0 to {MOST_MINUTES}")
    return int(digits)
