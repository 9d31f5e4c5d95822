"""Tells: what moderators decided is passed on to the outside checks that want to learn from it."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from service.actions.sites.external_checks import set_feedback_until
from service.domain.external_checks import external_checks
from service.domain.external_checks.contract import ExternalCheckInput, Setup
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.store.sites.external_check_feedback import Correction, Listener, corrections, listeners
from workers.resources.safe_http import SafeHttp
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.outside")

#: Seconds that a decision waits beyond its own delay, so that one that is taken back at once is never passed on.
SETTLED = timedelta(seconds=5)
#: Most that is passed on in one go; the rest goes with the next.
MOST = 20


def send_feedback(workshop: WorkerResources) -> int:
    """Tell each service of the decisions that contradict it. Returns how many were told.

    Each is told at most once: the cursor moves first, since a service that hears the same twice counts it twice. A service
    whose breaker is open is told later.
    """
    ripe = _now() - timedelta(seconds=workshop.settings.decision_delay) - SETTLED
    teaching = [name for name, check in external_checks().items() if check.build_feedback]
    with workshop.database.reading() as session:
        found = [(one, *corrections(session, one, until=ripe, most=MOST)) for one in listeners(session, teaching)]
    return sum(_told(workshop, one, said, until) for one, said, until in found if until is not None)


def _told(workshop: WorkerResources, listener: Listener, said: Sequence[Correction], until: datetime) -> int:
    with workshop.database.writing() as session:
        if not set_feedback_until(session, listener.site_id, listener.name, since=listener.told_until, until=until):
            return 0
    tells = external_checks()[listener.name].build_feedback
    if tells is None:
        return 0
    try:
        secret = SecretBox.from_secret(workshop.settings.secret).decrypt(listener.secret)
    except DecryptionFailed:
        return 0
    setup = Setup(listener.address, secret, listener.model, listener.blog)
    outside = SafeHttp(allow=workshop.settings.webhook_allow, seconds=listener.seconds)
    for one in said:
        asked = tells(ExternalCheckInput(one.reading, str(one.comment_id), _now()), setup, one.unwanted)
        answer = outside.post(asked.url, asked.body, asked.headers)
        log.info("told", extra={"check": listener.name, "site": listener.site_id, "status": answer.status, "error": answer.fault})
    return len(said)


def _now() -> datetime:
    return datetime.now(UTC)
