"""Judges texts for clients of other services' protocols, by the checks of the workers. Nothing is stored."""

import logging
import threading
from collections.abc import Callable, Sequence

from service.actions.comments.submit import Submission
from service.domain.draft import Draft, DraftContext, DraftThread
from service.domain.errors import Unavailable
from service.domain.policy.verdict import TrialResult

log = logging.getLogger("greenroom.web")

#: Seconds that a request waits for its turn. The clients time out after less than a second.
PATIENCE = 0.4


#: The article of a text that comes without one. It does not exist, so nothing is known about it.
_NO_ARTICLE = DraftThread("greenroom-judges-this")


def text_alone(site_id: str, text: str, *, language: str = "") -> Submission:
    """A text without author and article, as a comment. `language`: what the client says."""
    draft = Draft(_NO_ARTICLE, text.replace("\0", " "), context=DraftContext(language=language))
    return Submission(site_id, draft)


class TextJudge:
    """At most `places` requests are judged at once: the checks need the processor, and other requests shall not wait for it.

    `trial` is None in a process without checks.
    """

    def __init__(self, trial: Callable[[Submission], TrialResult] | None, *, places: int) -> None:
        self._trial = trial
        self._places = threading.BoundedSemaphore(places)

    def judge(self, submissions: Sequence[Submission]) -> list[TrialResult]:
        """What these comments would get. Raises Unavailable if the checks do not run here, are busy, or did not read a text."""
        if self._trial is None:
            raise Unavailable("the checks do not run in this process, so no text can be judged here")
        if not self._places.acquire(timeout=PATIENCE):
            raise Unavailable("too many texts are being judged at this moment; send this again")
        try:
            results = [self._trial(submission) for submission in submissions]
        finally:
            self._places.release()
        if failed := [signal.check for result in results for signal in result.failures]:
            log.warning("text_not_judged", extra={"checks": sorted(set(failed))})
            raise Unavailable("a check failed or ran out of time, so this text was not judged; send it again")
        return results
