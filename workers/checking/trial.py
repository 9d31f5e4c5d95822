"""Trial: judges a comment like any other, but stores nothing. It only reads the database."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache

from sqlalchemy.orm import Session

from service.actions.comments.submit import Submission, comment_row
from service.clock import utcnow
from service.config import Settings
from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import Verdict
from service.domain.policy.language_coverage import code_of
from service.domain.policy.signals import Family, Signal
from service.domain.policy.verdict import TrialResult
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.comments.check_input import ClaimedComment, unstored_comment
from service.store.db.engine import Database
from workers.checking.check_pending import examine
from workers.checks import signals_of
from workers.checks.deep.drain import JUDGED_WITHOUT
from workers.checks.deep.findings import is_read
from workers.checks.deep.transformer import shipped_transformer
from workers.checks.language import PERSON_DECIDES, not_covered
from workers.checks.languages.told import ENGLISH, Told
from workers.resources.recent_comments import RecentComments
from workers.resources.site_model_cache import SiteModelCache

_LOCK = threading.Lock()


def try_out(submission: Submission, database: Database, settings: Settings) -> TrialResult:
    """What this comment would get. External checks are not called. HELD if the comment cannot be judged."""
    load_checks()
    with database.reading() as session:
        item = _read(session, submission, Pseudonymizer.from_secret(settings.secret))
        if item is None:
            return TrialResult(Verdict(State.HELD))
        models = _models(session, item)
    [judged] = examine(
        [item], models, recent=RecentComments(), most=settings.max_claims, seconds=settings.transformer_seconds, thoroughly=True
    )
    language, uncovered = _language(item.reading)
    failures = tuple(_failures(judged.signals))
    deep = bool(settings.transformer_seconds) and not failures and is_read(item.reading) and shipped_transformer() is not None
    return TrialResult(judged.verdict, tuple(judged.signals), language, uncovered, deep, failures)


@cache
def load_checks() -> None:
    """Load word lists and models, so that no check of the first comment runs out of time meanwhile."""
    signals_of(CheckInput("A few calm words, see https://example.org for more."))
    with suppress(Exception):
        # What keeps it from loading is reported with each comment.
        shipped_transformer()


def _read(session: Session, submission: Submission, pseudonyms: Pseudonymizer) -> ClaimedComment | None:
    now = utcnow()
    row = comment_row(submission, pseudonyms=pseudonyms, now=now)
    return unstored_comment(session, row, page=submission.draft.thread, now=now)


def _models(session: Session, item: ClaimedComment) -> Mapping[str, bytes]:
    with _LOCK:
        return _cache().models(session, {item.site_id: item.model_of} if item.model_of else {})


@cache
def _cache() -> SiteModelCache:
    return SiteModelCache()


def _language(reading: CheckInput) -> tuple[str, str]:
    """The language as which the checks read a text (empty if they cannot tell, or if it is only partly English), and why none covers
    it, whatever the site accepts. If the text shows no language, the one that the host names counts, else English."""
    told = Told.of(reading.text)
    signal = not_covered(replace(reading, languages=()), told)
    claimed = code_of(reading.circumstances.language)
    if signal:
        return "" if told.read_as == ENGLISH else told.read_as, signal.rule.removesuffix(PERSON_DECIDES)
    return told.read_as or claimed or ENGLISH, ""


def _failures(signals: tuple[Signal, ...]) -> Iterator[Signal]:
    for signal in signals:
        if signal.kind.family is Family.FAILURE and (signal.score or signal.rule.endswith(JUDGED_WITHOUT)):
            yield signal
