"""The trial of the web process: it judges what is not kept, with the checks of the workers."""

from service.actions.submit import Submission
from service.config import Settings
from service.domain.states import State
from service.store.engine import Database


def trial(submission: Submission, database: Database, settings: Settings) -> State:
    """What would become of this comment. The checks are loaded only once somebody asks: most web processes never need them."""
    from workers.trial import try_out

    return try_out(submission, database, settings)
