"""Learning: where a site has decided enough since, a process of its own makes the site's model, judges it and stores it."""

import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from service.actions.learning.risk_budget import calibrated, renew_limits
from service.actions.learning.site_model import begin_learning, keep_model
from service.child_process import die_with_parent
from service.domain.policy.check_input import CheckInput
from service.domain.policy.site_model_doubts import STANDING_COUNTS, STOOD
from service.domain.policy.site_thresholds import SiteThresholds
from service.logs import configure
from service.store.db.engine import Database
from service.store.learning.labels import is_spam, labels
from service.store.learning.ordinary_comments import standing
from service.store.learning.scored_decisions import scored_decisions
from service.store.learning.site_models import due_for_training
from service.store.sites.sites import site
from service.uncaught_errors import log_stderr, log_uncaught
from workers.checks.model.site_model import log_odds, packed
from workers.checks.models import features, probabilities
from workers.checks.prepared import Prepared
from workers.resources.worker_resources import WorkerResources
from workers.training.site_model import Lesson, due
from workers.training.site_model_belief import learned

log = logging.getLogger("greenroom.learning")

#: Seconds of life of a learning process; what it has not done by then, the next one does.
LONGEST = 540
#: How long a model is left alone. Each erasing of a comment makes a site forget its model, and a host may erase many in a row.
REST = timedelta(seconds=30)
#: At most so many of the newest comments without a decision. Half may be learned from, the other half judges the model.
MOST_STANDING = 1_000
_running: list[subprocess.Popen[bytes]] = []


def start_learning(workshop: WorkerResources) -> bool:
    """Start a process that learns, where there is something to learn and none is at it. Does not wait for it.

    The memory that learning takes goes back with the process, and neither checks nor deliveries share a processor's turn with it.
    """
    if any(child.poll() is None for child in _running) or not _due(workshop.database, REST):
        return False
    _running[:] = [_child(workshop)]
    return True


def learn_all(database: Database) -> list[str]:
    """Make the model of each site that has decided enough since the last one. Returns the sites that have a new one."""
    return [site_id for site_id in _due(database) if learn_site(database, site_id)]


def learn_site(database: Database, site_id: str) -> bool:
    """Make one site's model from all its decisions, judge it as it would have done, and store both. False: somebody else does, or
    what it was made from was erased meanwhile."""
    with database.writing() as session:
        lease = begin_learning(session, site_id, now=_now())
    if lease is None:
        return False
    lessons, last_at = _lessons(database, site_id)
    found = learned(lessons, *_standing(database, site_id, mostly_rejected=_mostly_rejected(lessons)))
    with database.writing() as session:
        kept = keep_model(
            session,
            site_id,
            lease=lease,
            weights=packed(found.model) if found.model else b"",
            labels=len(lessons),
            record=found.as_record(),
            believed=found.doubt is None,
            last_at=last_at,
            now=_now(),
        )
    if not kept:
        return False
    _renew_limits(database, site_id)
    log.info("learned", extra={"site": site_id, "labels": len(lessons), "believed": found.doubt is None, "doubt": found.doubt})
    return True


def _renew_limits(database: Database, site_id: str) -> None:
    """What was learned from was decided: the limits of the risk budget are found again too."""
    with database.reading() as session:
        here = site(session, site_id)
        latitude = SiteThresholds.of(here.policy if here else None)
        limits = calibrated(scored_decisions(session, site_id, latitude), latitude) if latitude else None
    if latitude and limits:
        with database.writing() as session:
            renew_limits(session, site_id, latitude, limits)


def _due(database: Database, rest: timedelta = timedelta(0)) -> list[str]:
    with database.reading() as session:
        sites = due_for_training(session, now=_now(), rest=rest)
    return [one.site_id for one in sites if one.retry or due(one.labels + one.new, one.labels)]


def _lessons(database: Database, site_id: str) -> tuple[Sequence[Lesson], datetime | None]:
    """What the decisions teach, oldest first."""
    with database.reading() as session:
        decisions, last_at = is_spam(session, site_id)
    with database.reading() as session:
        return [_lesson(label.reading, int(label.rejected)) for label in labels(session, decisions)], last_at


def _standing(database: Database, site_id: str, *, mostly_rejected: bool) -> tuple[list[Lesson], list[Lesson]]:
    """Approved comments without a decision: those to learn from, where they are needed, and those to judge
    by. Each is always of the same kind, by its id, so that no model is judged by what one before learned from.
    """
    now = datetime.now(UTC)
    with database.reading() as session:
        judges = [_lesson(read, 0) for id_, read in standing(session, site_id, until=now, most=MOST_STANDING) if id_.int % 2]
        if not mostly_rejected:
            return [], judges
        stood = standing(session, site_id, until=now - STOOD, most=MOST_STANDING)
        return [_lesson(read, 0, counts=STANDING_COUNTS) for id_, read in stood if not id_.int % 2], judges


def _mostly_rejected(lessons: Sequence[Lesson]) -> bool:
    return 2 * sum(lesson.rejected for lesson in lessons) > len(lessons)


def _lesson(reading: CheckInput, rejected: int, *, counts: float = 1.0) -> Lesson:
    """Strings are shared: most comments are made of the same pieces."""
    prepared = Prepared.of(reading)
    spam, _ = probabilities(prepared)
    return Lesson(frozenset(sys.intern(feature) for feature in features(prepared)), log_odds(spam), rejected, counts)


def _child(workshop: WorkerResources) -> subprocess.Popen[bytes]:
    """The address goes by pipe: it may hold a password, and command lines are there for all to read."""
    settings = workshop.settings
    command = [
        sys.executable,
        "-m",
        "workers.periodic.train_site_models",
        str(os.getpid()),
        settings.log_level,
        settings.log_format,
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert child.stdin is not None  # noqa: S101 - asked for above
    child.stdin.write(workshop.database.url.encode())
    child.stdin.close()
    return child


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """The process that learns: after everybody else, and never without the one that started it."""
    die_with_parent(int(sys.argv[1]))
    configure("learner", level=sys.argv[2], style=sys.argv[3])
    log_uncaught()
    log_stderr()
    os.nice(10)
    signal.alarm(LONGEST)
    gc.disable()
    database = Database(sys.stdin.read())
    learn_all(database)
    database.close()


if __name__ == "__main__":
    main()
