"""Who may be asked elsewhere, where a site says so. A new one is one file, one line here, and one test."""

import logging
from functools import cache
from importlib.metadata import entry_points

from service.domain.external_checks import akismet, openai_moderation, own_server
from service.domain.external_checks.contract import ExternalCheck

log = logging.getLogger("greenroom.outside")

EXTERNAL_CHECKS: dict[str, ExternalCheck] = {
    akismet.NAME: akismet.CHECK,  # spam, by an Akismet key
    openai_moderation.NAME: openai_moderation.CHECK,  # harm, by a moderation endpoint as OpenAI's
    own_server.NAME: own_server.CHECK,  # whatever a server of the site's own says, asked with a signature
}
#: Packages of others announce an `OutsideCheck` under this group.
ENTRY_POINTS = "greenroom.outside"


@cache
def external_checks() -> dict[str, ExternalCheck]:
    """Ours first, then those of installed packages. One that cannot be loaded is left out, and said so in the log."""
    found = dict(EXTERNAL_CHECKS)
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            found.setdefault(point.name, point.load())
        except Exception:
            log.exception("outside_check_broken", extra={"check": point.name})
    return found
