"""The time zone in which the pages show times, by its IANA name. The API, feeds and CSV files are always in UTC."""

from zoneinfo import ZoneInfo

import flask_babel
from flask import request

from service.domain.time_zones import UTC_ZONE, is_zone

#: The browser's own zone, which `time_zone.js` stores.
COOKIE = "greenroom-zone"


def browser_zone() -> str:
    """The name of the browser's own zone; empty if it told none that exists."""
    name = request.cookies.get(COOKIE, "")
    return name if is_zone(name) else ""


def time_zone() -> ZoneInfo:
    """The zone of this request; UTC outside a request."""
    zone = flask_babel.get_timezone()
    return zone if isinstance(zone, ZoneInfo) else UTC_ZONE
