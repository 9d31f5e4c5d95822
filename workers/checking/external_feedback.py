"""External feedback: sends moderators' decisions to the external checks that learn from them."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from service.actions.sites.external_checks import set_feedback_until
from service.clock import utcnow
from service.domain.external_checks import external_checks
from service.domain.external_checks.contract import ExternalCheckInput, Setup
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.store.sites.external_check_feedback import Correction, Listener, corrections, listeners
from workers.resources.safe_http import SafeHttp
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.outside")

#: A decision is sent only this long after it has taken effect, so that a decision that is undone at once is never sent.
SETTLED = timedelta(seconds=5)
#: Maximum number of corrections for one service in one call. The next call sends the rest.
MOST = 20


def send_feedback(resources: WorkerResources) -> int:
    """Send each service the moderators' decisions that contradict its answers. Returns how many decisions were sent.

    Each decision is sent at most once, since a service would count a repeated decision twice. So the position reached
    (`feedback_until`) is stored before sending. A service with an open circuit breaker gets its feedback later.
    """
    ripe = utcnow() - timedelta(seconds=resources.settings.decision_delay) - SETTLED
    teaching = [name for name, check in external_checks().items() if check.build_feedback]
    with resources.database.reading() as session:
        found = [(one, *corrections(session, one, until=ripe, most=MOST)) for one in listeners(session, teaching)]
    return sum(_send_corrections(resources, one, said, until) for one, said, until in found if until is not None)


def _send_corrections(resources: WorkerResources, listener: Listener, said: Sequence[Correction], until: datetime) -> int:
    with resources.database.writing() as session:
        if not set_feedback_until(session, listener.site_id, listener.name, since=listener.feedback_until, until=until):
            return 0
    tells = external_checks()[listener.name].build_feedback
    if tells is None:
        return 0
    try:
        secret = SecretBox.from_secret(resources.settings.secret).decrypt(listener.secret)
    except DecryptionFailed:
        return 0
    setup = Setup(listener.address, secret, listener.model, listener.blog)
    outside = SafeHttp(allow=resources.settings.webhook_allow, seconds=listener.seconds)
    for one in said:
        asked = tells(ExternalCheckInput(one.reading, str(one.comment_id), utcnow()), setup, one.unwanted)
        answer = outside.post(asked.url, asked.body, asked.headers)
        log.info(
            "feedback_sent",
            extra={"check": listener.name, "site": listener.site_id, "status": answer.status, "error": answer.fault},
        )
    return len(said)
