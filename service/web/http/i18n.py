"""Translation, and times and numbers formatted in the language of the request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import flask_babel

from service.store.moderation.queue import MANY

#: What is younger than this is called "just now".
JUST_NOW = timedelta(seconds=5)


def _(message: str, **values: Any) -> str:
    """The message in the language of this request."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The singular or plural message for a number, which the message contains as %(num)s."""
    return str(flask_babel.ngettext(one, many, num, **values))


def ago(then: datetime) -> str:
    """How long ago, in the largest unit that fits: "3 minutes ago", or "just now"."""
    past = datetime.now(UTC) - then
    if past < JUST_NOW:
        return _("just now")
    return str(flask_babel.format_timedelta(-past, granularity="second", threshold=0.95, add_direction=True))


def moment(then: datetime) -> str:
    """A date and time, in UTC."""
    return f"{flask_babel.format_datetime(then, 'medium')} UTC"


def month(then: datetime) -> str:
    """A month, for "since March 2026"."""
    return str(flask_babel.format_datetime(then, "LLLL yyyy"))


def count(number: int, *, most: int = MANY) -> str:
    """A number, or `most` with a plus sign if it is larger."""
    return f"{flask_babel.format_decimal(most)}+" if number > most else str(flask_babel.format_decimal(number))
