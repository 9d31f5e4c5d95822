"""Tells: what moderators decided is passed on to the outside checks that want to learn from it."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from service.actions.sites.external_checks import told_until
from service.domain.external_checks import outside_checks
from service.domain.external_checks.contract import Question, Setup
from service.domain.security.encryption import BrokenSeal, Seal
from service.store.sites.external_check_feedback import Correction, Listener, corrections, listeners
from workers.resources.safe_http import Outside
from workers.resources.worker_resources import Workshop

log = logging.getLogger("greenroom.outside")

#: Seconds that a decision waits beyond its own delay, so that one that is taken back at once is never passed on.
SETTLED = timedelta(seconds=5)
#: Most that is passed on in one go; the rest goes with the next.
MOST = 20


def tell(workshop: Workshop) -> int:
    """Tell each service of the decisions that contradict it. Returns how many were told.

    Each is told at most once: the cursor moves first, since a service that hears the same twice counts it twice. A service
    whose breaker is open is told later.
    """
    ripe = _now() - timedelta(seconds=workshop.settings.decision_delay) - SETTLED
    teaching = [name for name, check in outside_checks().items() if check.tells]
    with workshop.database.reading() as session:
        found = [(one, *corrections(session, one, until=ripe, most=MOST)) for one in listeners(session, teaching)]
    return sum(_told(workshop, one, said, until) for one, said, until in found if until is not None)


def _told(workshop: Workshop, listener: Listener, said: Sequence[Correction], until: datetime) -> int:
    with workshop.database.writing() as session:
        if not told_until(session, listener.site_id, listener.name, since=listener.told_until, until=until):
            return 0
    tells = outside_checks()[listener.name].tells
    if tells is None:
        return 0
    try:
        secret = Seal.from_secret(workshop.settings.secret).open(listener.secret)
    except BrokenSeal:
        return 0
    setup = Setup(listener.address, secret, listener.model, listener.blog)
    outside = Outside(allow=workshop.settings.webhook_allow, seconds=listener.seconds)
    for one in said:
        asked = tells(Question(one.reading, str(one.comment_id), _now()), setup, one.unwanted)
        answer = outside.post(asked.url, asked.body, asked.headers)
        log.info("told", extra={"check": listener.name, "site": listener.site_id, "status": answer.status, "error": answer.fault})
    return len(said)


def _now() -> datetime:
    return datetime.now(UTC)
