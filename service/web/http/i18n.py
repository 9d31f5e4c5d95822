"""The language of the reader: translated words, and how times and numbers are written in it."""

from datetime import UTC, datetime
from typing import Any

import flask_babel

from service.store.moderation.queue import MANY


def _(message: str, **values: Any) -> str:
    """The message in the language of this request."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The form of the message that fits the number, which stands in it as %(num)s."""
    return str(flask_babel.ngettext(one, many, num, **values))


def age(then: datetime) -> str:
    """How long ago, in the largest unit that fits: "3 minutes"."""
    past = max(datetime.now(UTC) - then, datetime.resolution)
    return str(flask_babel.format_timedelta(past, granularity="second", threshold=0.95))


def moment(then: datetime) -> str:
    """A time in full, UTC."""
    return f"{flask_babel.format_datetime(then, 'medium')} UTC"


def month(then: datetime) -> str:
    """A month, for "since March 2026"."""
    return str(flask_babel.format_datetime(then, "LLLL yyyy"))


def count(number: int, *, most: int = MANY) -> str:
    """A number that was counted up to `most`, and no further."""
    return f"{flask_babel.format_decimal(most)}+" if number > most else str(flask_babel.format_decimal(number))
