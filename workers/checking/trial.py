"""Trial: judges a comment like any other, but stores nothing."""

from sqlalchemy.orm import Session

from service.actions.comments.submit import Accepted, Submission, submit
from service.clock import utcnow
from service.config import Settings
from service.domain.policy.judge import Verdict
from service.domain.policy.verdict import TrialResult
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.comments.check_input import ClaimedComment, claimed_comments
from service.store.db.engine import Database
from workers.checking.check_pending import examine
from workers.resources.recent_comments import RecentComments
from workers.resources.site_model_cache import SiteModelCache


def try_out(submission: Submission, database: Database, settings: Settings) -> TrialResult:
    """What this comment would get. External checks are not called. HELD if the comment cannot be judged."""
    with database.writing() as session:
        batch = _read(session, submission, Pseudonymizer.from_secret(settings.secret))
        models = SiteModelCache().models(session, {item.site_id: item.model_of for item in batch if item.model_of})
        # The comment was stored only so that related comments could be counted. After the rollback nobody ever sees it.
        session.rollback()
    settlements = examine(batch, models, recent=RecentComments(), most=settings.max_claims, seconds=settings.transformer_seconds)
    results = (TrialResult(settlement.verdict, tuple(settlement.signals)) for settlement in settlements)
    return next(results, TrialResult(Verdict(State.HELD)))


def _read(session: Session, submission: Submission, pseudonyms: Pseudonymizer) -> list[ClaimedComment]:
    now = utcnow()
    [outcome] = submit(session, [submission], pseudonyms=pseudonyms, now=now)
    return claimed_comments(session, [outcome.comment_id], now=now) if isinstance(outcome, Accepted) else []
