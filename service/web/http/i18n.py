"""Translation, and times and numbers formatted in the language of the request."""

from datetime import UTC, datetime
from typing import Any

import flask_babel

from service.store.moderation.queue import MANY


def _(message: str, **values: Any) -> str:
    """The message in the language of this request."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The singular or plural message for a number, which the message contains as %(num)s."""
    return str(flask_babel.ngettext(one, many, num, **values))


def age(then: datetime) -> str:
    """How long ago, in the largest unit that fits: "3 minutes"."""
    past = max(datetime.now(UTC) - then, datetime.resolution)
    return str(flask_babel.format_timedelta(past, granularity="second", threshold=0.95))


def moment(then: datetime) -> str:
    """A date and time, in UTC."""
    return f"{flask_babel.format_datetime(then, 'medium')} UTC"


def month(then: datetime) -> str:
    """A month, for "since March 2026"."""
    return str(flask_babel.format_datetime(then, "LLLL yyyy"))


def count(number: int, *, most: int = MANY) -> str:
    """A number, or `most` with a plus sign if it is larger."""
    return f"{flask_babel.format_decimal(most)}+" if number > most else str(flask_babel.format_decimal(number))
