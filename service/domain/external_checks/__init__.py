"""The external checks that a site can enable. To add one, write a file, a line here, and a test."""

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
#: Third-party packages register an `ExternalCheck` under this entry point group.
ENTRY_POINTS = "greenroom.outside"


@cache
def external_checks() -> dict[str, ExternalCheck]:
    """All external checks by name: ours first, then those of installed packages. A check that cannot be loaded is logged and left
    out."""
    checks = dict(EXTERNAL_CHECKS)
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            checks.setdefault(point.name, point.load())
        # The package is not ours: its import may raise anything, and must not stop Greenroom.
        except Exception:
            log.exception("external_check_broken", extra={"check": point.name})
    return checks
