"""Who may be asked elsewhere, where a site says so. A new one is one file, one line here, and one test."""

import logging
from functools import cache
from importlib.metadata import entry_points

from service.domain.external_checks import akismet
from service.domain.external_checks import openai_moderation as moderation
from service.domain.external_checks import own_server as own
from service.domain.external_checks.contract import OutsideCheck

log = logging.getLogger("greenroom.outside")

OUTSIDE: dict[str, OutsideCheck] = {
    akismet.NAME: akismet.CHECK,  # spam, by an Akismet key
    moderation.NAME: moderation.CHECK,  # harm, by a moderation endpoint as OpenAI's
    own.NAME: own.CHECK,  # whatever a server of the site's own says, asked with a signature
}
#: Packages of others announce an `OutsideCheck` under this group.
ENTRY_POINTS = "greenroom.outside"


@cache
def outside_checks() -> dict[str, OutsideCheck]:
    """Ours first, then those of installed packages. One that cannot be loaded is left out, and said so in the log."""
    found = dict(OUTSIDE)
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            found.setdefault(point.name, point.load())
        except Exception:
            log.exception("outside_check_broken", extra={"check": point.name})
    return found
