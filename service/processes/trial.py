"""Lets the web process judge a comment with the checks of the workers, without storing the comment."""

from service.actions.comments.submit import Submission
from service.config import Settings
from service.domain.policy.verdict import TrialResult
from service.store.db.engine import Database


def trial(submission: Submission, database: Database, settings: Settings) -> TrialResult:
    """What this comment would get. The checks are imported on the first call: most web processes never need them."""
    from workers.checking.trial import try_out

    return try_out(submission, database, settings)


def load_checks() -> None:
    """Load the checks now, so that the first comment does not wait for them."""
    from workers.checking.trial import load_checks

    load_checks()
