"""Translation, and times and numbers formatted in the language of the request."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import flask_babel
from babel.dates import format_datetime
from flask import g

from service.clock import utcnow
from service.domain.time_zones import UTC_ZONE
from service.store.db.capped_count import MANY
from service.web.http.time_zone import time_zone

#: What is younger than this is called "just now".
JUST_NOW = timedelta(seconds=5)


def _(message: str, **values: Any) -> str:
    """The message in the language of this request."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The singular or plural message for a number, which the message contains as %(num)s."""
    return str(flask_babel.ngettext(one, many, num, **values))


def prefer_language(code: str) -> None:
    """The language of this page, such as "de" or "de-AT", where the reader's browser asks for none that the pages have."""
    g.page_language = code.lower().replace("_", "-").partition("-")[0]
    flask_babel.refresh()


def ago(then: datetime) -> str:
    """How long ago, in the largest unit that fits: "3 minutes ago", or "just now"."""
    past = utcnow() - then
    if past < JUST_NOW:
        return _("just now")
    return str(flask_babel.format_timedelta(-past, granularity="second", threshold=0.95, add_direction=True))


def translate_known(
    sentence: str, known: Callable[[], list[str]], *, named: Callable[[dict[str, str]], dict[str, str]] = dict
) -> str:
    """An English sentence in the language of the request. `known` gives all sentences, translated, with their values as
    %(name)s; `named` translates the values. An unknown sentence is returned as it is."""
    if str(flask_babel.get_locale() or "en") == "en":
        return sentence
    for pattern, translated in zip(_patterns(known), known(), strict=True):
        if match := pattern.fullmatch(sentence):
            return translated % named(match.groupdict()) if match.groupdict() else translated
    return sentence


@cache
def _patterns(known: Callable[[], list[str]]) -> list[re.Pattern[str]]:
    with flask_babel.force_locale("en"):
        return [pattern_of(one) for one in known()]


def pattern_of(sentence: str) -> re.Pattern[str]:
    """Matches the sentence with any values in the place of its %(name)s."""
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(sentence)), re.DOTALL)


def moment(then: datetime) -> str:
    """A date and time in the time zone of the request, with the zone: "Nov 27, 2026, 5:18:11 PM GMT+01:00"."""
    zone = time_zone()
    name = "UTC" if zone == UTC_ZONE else _format(then, "OOOO")
    return f"{_format(then, 'medium')} {name}"


def day(then: date) -> str:
    """A day, such as "Dec 31, 2026"."""
    return str(flask_babel.format_date(then))


def month(then: datetime) -> str:
    """A month, for "since March 2026"."""
    return _format(then, "LLLL yyyy")


def _format(then: datetime, pattern: str) -> str:
    # Flask-Babel's own function works with pytz only.
    return str(format_datetime(then, pattern, tzinfo=time_zone(), locale=flask_babel.get_locale()))


def count(number: int, *, most: int = MANY) -> str:
    """A number, or `most` with a plus sign if it is larger."""
    return f"{flask_babel.format_decimal(most)}+" if number > most else str(flask_babel.format_decimal(number))


def duration(milliseconds: int) -> str:
    """How long something took: "340 ms", and "2.5 s" from one second on."""
    number, unit = (milliseconds, _("ms")) if milliseconds < 1000 else (round(milliseconds / 1000, 1), _("s"))
    return f"{flask_babel.format_decimal(number)} {unit}"
