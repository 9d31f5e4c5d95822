"""Time zones by their names in the IANA database, such as Europe/Berlin. Babel brings the data, so no system package is needed."""

from datetime import tzinfo

from babel.core import get_global
from babel.dates import get_timezone

from service.domain.errors import Invalid

UTC_NAME = "UTC"


def time_zone(name: str) -> tzinfo:
    """Raises Invalid for an unknown name."""
    try:
        return get_timezone(name)
    except LookupError:
        detail = f"expected a time zone like Europe/Berlin or UTC, got {name[:60]!r}"
        raise Invalid.field("/time_zone", "unknown", detail) from None


def time_zone_names() -> list[str]:
    """The names to choose from."""
    return [UTC_NAME, *sorted(get_global("zone_territories"))]
