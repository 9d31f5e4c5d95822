"""Training of site models: once a site has enough new decisions, a separate process trains, evaluates and stores its model."""

import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

from service.actions.learning.risk_budget import calibrated, renew_limits
from service.actions.learning.site_model import begin_learning, keep_abuse_calibration, keep_model, put_back_overruled
from service.child_process import die_with_parent
from service.clock import utcnow
from service.domain.policy.check_input import CheckInput
from service.domain.policy.site_model_doubts import OVERRULED, STANDING_COUNTS, STOOD
from service.logs import configure
from service.store.db.engine import Database
from service.store.learning.labels import is_spam, labels
from service.store.learning.ordinary_comments import ordinary_comments
from service.store.learning.scored_decisions import scored_decisions
from service.store.learning.site_models import decided_on_active_models, due_for_training
from service.store.sites.sites import policy_of, site
from service.uncaught_errors import log_stderr, log_uncaught
from workers.checks.model import linear
from workers.checks.model.site_model import log_odds, packed
from workers.checks.models import features, probabilities
from workers.checks.prepared import Prepared
from workers.resources.worker_resources import WorkerResources
from workers.training.abuse_calibration import Judged, calibration_of
from workers.training.site_model import Lesson, due
from workers.training.site_model_belief import learned

log = logging.getLogger("greenroom.learning")

#: A training process is ended after this many seconds. The next process trains the models that are left.
LONGEST = 540
#: Minimum time between two trainings of a model. Each erasure of a comment deletes the site's model, and a host may erase many
#: comments in a row. Without this pause each erasure would start a training.
REST = timedelta(seconds=30)
#: Maximum number of comments without a decision that are read, newest first. Half of them may be training data. The other half
#: is for evaluation.
MOST_STANDING = 1_000
_running: list[subprocess.Popen[bytes]] = []


def start_learning(resources: WorkerResources) -> bool:
    """Start a training process if a site is due and no such process is running. Returns whether one was started.

    Does not wait for its end. A separate process returns its memory when it ends, and does not hold the GIL of the process that
    checks or delivers.
    """
    put_back(resources.database)
    if any(child.poll() is None for child in _running) or not _due(resources.database, REST):
        return False
    _running[:] = [_child(resources)]
    return True


def put_back(database: Database) -> list[str]:
    """Switch off the models that moderators overrule. Returns the ids of their sites."""
    with database.reading() as session:
        if not any(decided_on_active_models(session, fewest=OVERRULED)):
            return []
    with database.writing() as session:
        overruled = put_back_overruled(session)
    for site_id in overruled:
        log.info("site_model_overruled", extra={"site": site_id})
    return overruled


def learn_all(database: Database) -> list[str]:
    """Train the model of each site that has enough new decisions. Returns the ids of the sites with a new model."""
    return [site_id for site_id in _due(database) if learn_site(database, site_id)]


def learn_site(database: Database, site_id: str) -> bool:
    """Train one site's model on all its decisions, evaluate it on decisions it had not seen, store model and evaluation.

    Returns False if another process is training this model, or if its training data was erased meanwhile.
    """
    with database.writing() as session:
        lease = begin_learning(session, site_id, now=utcnow())
    if lease is None:
        return False
    lessons, last_decision_at = _lessons(database, site_id)
    calm, ordinary = _ordinary_lessons(database, site_id, mostly_rejected=_mostly_rejected(lessons))
    found = learned(lessons, calm, ordinary)
    calibration = calibration_of(_judged_for_abuse(lessons, ordinary))
    with database.writing() as session:
        kept = keep_model(
            session,
            site_id,
            lease=lease,
            weights=packed(found.model) if found.model else b"",
            labels=len(lessons),
            report=found.as_record(),
            active=found.doubt is None,
            last_decision_at=last_decision_at,
            now=utcnow(),
        )
        if kept:
            keep_abuse_calibration(session, site_id, calibration)
    if not kept:
        return False
    _renew_limits(database, site_id)
    log.info(
        "site_model_trained",
        extra={"site": site_id, "labels": len(lessons), "active": found.doubt is None, "doubt": found.doubt},
    )
    return True


def _renew_limits(database: Database, site_id: str) -> None:
    """Calibrate the limits of the risk budget again, because there are new decisions."""
    with database.reading() as session:
        here = site(session, site_id)
        thresholds = policy_of(here).thresholds
        limits = calibrated(scored_decisions(session, site_id, thresholds), thresholds) if thresholds else None
    if thresholds and limits:
        with database.writing() as session:
            renew_limits(session, site_id, thresholds, limits)


def _due(database: Database, rest: timedelta = timedelta(0)) -> list[str]:
    with database.reading() as session:
        sites = due_for_training(session, now=utcnow(), rest=rest)
    return [one.site_id for one in sites if one.retry or due(one.labels + one.new, one.labels)]


def _lessons(database: Database, site_id: str) -> tuple[Sequence[Lesson], datetime | None]:
    """The site's decisions as lessons, oldest first, and the time of the last decision."""
    with database.reading() as session:
        decisions, last_decision_at = is_spam(session, site_id)
    with database.reading() as session:
        return [_lesson(label.reading, int(label.rejected)) for label in labels(session, decisions)], last_decision_at


def _ordinary_lessons(database: Database, site_id: str, *, mostly_rejected: bool) -> tuple[list[Lesson], list[Lesson]]:
    """Approved comments without a decision, in two lists: for training (empty unless `mostly_rejected`) and for evaluation.

    The comment's id decides which list it belongs to. So no model is evaluated on a comment that an earlier model was trained on.
    """
    now = utcnow()
    with database.reading() as session:
        judges = [
            _lesson(read, 0) for id_, read in ordinary_comments(session, site_id, until=now, most=MOST_STANDING) if id_.int % 2
        ]
        if not mostly_rejected:
            return [], judges
        stood = ordinary_comments(session, site_id, until=now - STOOD, most=MOST_STANDING)
        return [_lesson(read, 0, counts=STANDING_COUNTS) for id_, read in stood if not id_.int % 2], judges


def _judged_for_abuse(lessons: Sequence[Lesson], ordinary: Sequence[Lesson]) -> list[Judged]:
    """The decisions that say something about abuse, and ordinary comments as fine. What reads like spam was rejected for that."""
    decided = [Judged(each.abuse, each.rejected) for each in lessons if not (each.rejected and each.shipped > 0)]
    return decided + [Judged(each.abuse, 0, STANDING_COUNTS) for each in ordinary]


def _mostly_rejected(lessons: Sequence[Lesson]) -> bool:
    return 2 * sum(lesson.rejected for lesson in lessons) > len(lessons)


def _lesson(reading: CheckInput, rejected: int, *, counts: float = 1.0) -> Lesson:
    """One comment as a lesson. Its feature strings are interned to save memory: most comments share the same features."""
    prepared = Prepared.of(reading)
    spam, abuse = probabilities(prepared)
    return Lesson(
        frozenset(sys.intern(feature) for feature in features(prepared)), log_odds(spam), rejected, counts, linear.log_odds(abuse)
    )


def _child(resources: WorkerResources) -> subprocess.Popen[bytes]:
    """Start the training process. The database URL goes through a pipe: it may hold a password, and command lines are public."""
    settings = resources.settings
    command = [
        sys.executable,
        "-m",
        "workers.periodic.train_site_models",
        str(os.getpid()),
        settings.log_level,
        settings.log_format,
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert child.stdin is not None  # noqa: S101 - set by stdin=PIPE above
    child.stdin.write(resources.database.url.encode())
    child.stdin.close()
    return child


def main() -> None:
    """The training process. It runs at low priority (nice 10) and ends when its parent ends."""
    die_with_parent(int(sys.argv[1]))
    configure("learner", level=sys.argv[2], style=sys.argv[3])
    log_uncaught()
    log_stderr()
    os.nice(10)
    signal.alarm(LONGEST)
    gc.disable()
    database = Database(sys.stdin.read(), prepared=False)
    learn_all(database)
    database.close()


if __name__ == "__main__":
    main()
