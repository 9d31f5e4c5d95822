"""Time zones by their IANA names, such as Europe/Berlin."""

from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

UTC_ZONE = ZoneInfo("UTC")

#: The regions of the places that a person chooses from. Other names are old spellings, or offsets without a place.
_REGIONS = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]


def is_zone(name: str) -> bool:
    return name in _names()


def first_zone(*names: str) -> ZoneInfo:
    """The zone of the first name that exists, else UTC."""
    return next((ZoneInfo(name) for name in names if is_zone(name)), UTC_ZONE)


@cache
def zones_by_region() -> dict[str, list[str]]:
    """The names to choose from: {"Europe": ["Europe/Amsterdam", ...]}."""
    places = sorted(name for name in _names() if name.partition("/")[0] in _REGIONS)
    return {region: list(names) for region, names in groupby(places, key=lambda name: name.partition("/")[0])}


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
