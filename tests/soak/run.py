"""One soak: day after day of a plan, then the audit."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, or_, select

from service.actions.lifecycle.retention import set_retention
from service.domain.policy.site_policy import SitePolicy
from service.domain.retention import Retention
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.outbox import Delivery, DeliveryState, Event, EventState
from service.store.tables.sites import Site
from tests.soak.clock import Clock
from tests.soak.host import Host
from tests.soak.installation import HERE, Installation
from tests.soak.plan import Plan, bursts
from tests.soak.usage import Usage, usage
from tests.support.servers import wait_until

START = datetime(2027, 1, 1, tzinfo=UTC)
#: The hours at which moderators work, and those in which the receiver may be away.
_DESK_HOURS, _AWAY = (9, 13, 20), range(14, 17)
#: How many backups are kept.
_BACKUPS = 3
#: Seconds after which no attempt of before a jump is under way any more, at a receiver that answers at once.
_UNDER_WAY = 2.0


@dataclass
class Soak:
    """Everything that a soak has, for the audit. `seed` gives all chance."""

    plan: Plan
    installation: Installation
    host: Host
    database: Database
    chance: random.Random
    data: Sequence[Path]
    day: int = 0
    is_away: bool = False
    restarts: int = 0
    backups: list[Path] = field(default_factory=list)
    #: The number of comments that each backup must hold.
    backed_up: dict[Path, int] = field(default_factory=dict)
    samples: list[Usage] = field(default_factory=list)

    @property
    def archive(self) -> Path:
        return self.installation.folder / "archive"

    @property
    def clock(self) -> Clock:
        return self.installation.clock


@contextmanager
def running(
    plan: Plan, folder: Path, *, seed: int, older: Path | None = None, servers: Mapping[str, str] | None = None,
    data: Sequence[Path] = (),
) -> Iterator[Soak]:  # fmt: skip
    """An opened installation. `older`: the checkout with which it begins. `data`: the files of the database, if not embedded."""
    installation = Installation(folder, Clock(folder / "clock", START), checkout=older or HERE, servers=servers)
    try:
        installation.open()
        home = installation.home
        sqlite = [home / f"greenroom.db{end}" for end in ("", "-wal", "-shm")]
        database = Database(installation.database_url)
        yield Soak(plan, installation, Host(installation), database, random.Random(seed), data or sqlite)
        database.close()
    finally:
        installation.close()


def live(soak: Soak, say: Callable[[str], None], *, seconds: float = inf) -> None:
    """All days of the plan, or those for which there is time, and then quiet ones in which everything is delivered."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(8) as pool:
        for day in range(soak.plan.days):
            if time.monotonic() > until:
                say(f"time is up after {day} days")
                break
            soak.day = day
            _maintain(soak)
            for hour in range(24):
                _hour(soak, hour, pool)
            if day % max(1, soak.plan.days // 20) == 0:
                say(f"day {day}: {soak.host.counts['posted']} comments, {soak.restarts} restarts")
    soak.clock.jump_to(soak.clock.now + timedelta(days=soak.plan.quiet))
    settle(soak)
    _restart(soak)
    settle(soak)
    # A run a minute forgets some thousand authors.
    wait_until(lambda: _retention_has_run(soak), seconds=1_200, pause=0.1, what="retention")
    _archive(soak)


def _hour(soak: Soak, hour: int, pool: ThreadPoolExecutor) -> None:
    start = START + timedelta(days=soak.day, hours=hour)
    if soak.day % soak.plan.outage_every == 1:
        _switch_receiver(soak, start, away=hour in _AWAY)
    for after, drafts in bursts(soak.plan, hour, soak.chance):
        soak.clock.jump_to(start + after)
        soak.host.post(drafts, pool)
        settle(soak)
    if hour in _DESK_HOURS:
        soak.clock.jump_to(start + timedelta(minutes=59))
        soak.host.decide(_held(soak), soak.chance)
        settle(soak)
    if hour % (24 // soak.plan.samples_a_day) == 0:
        soak.samples.append(usage(soak.clock.now, soak.installation.pid, _files(soak)))


def _switch_receiver(soak: Soak, start: datetime, *, away: bool) -> None:
    """The receiver answers 500 for some hours. After that, time passes until an attempt is due again."""
    if away is soak.is_away:
        return
    if not away:
        # The clock jumps before the receiver listens again: a webhook that is signed before a jump and arrives after it is too old.
        soak.clock.jump_to(start)
        soak.clock.jump_to(soak.clock.now + timedelta(minutes=20))
        time.sleep(_UNDER_WAY)
    soak.is_away = away
    soak.installation.mood("500" if away else "well")


def _maintain(soak: Soak) -> None:
    """What an operator's cron does in the night: upgrade, restart, back up, archive."""
    plan, day = soak.plan, soak.day
    soak.clock.jump_to(START + timedelta(days=day, minutes=1))
    if day == plan.upgrade_on:
        soak.installation.upgrade(HERE)
        soak.restarts += 1
        _set_retention(soak)
    elif day and day % plan.restart_every == 0:
        _restart(soak)
    if day and day % plan.backup_every == 0:
        back_up(soak)
    if day >= plan.archive_older_than and day % plan.archive_every == 0:
        _archive(soak)


def _restart(soak: Soak) -> None:
    soak.installation.stop()
    soak.installation.start()
    soak.restarts += 1


def _set_retention(soak: Soak) -> None:
    with soak.database.writing() as session:
        set_retention(session, "news", Retention(*soak.plan.retention))


def _retention_has_run(soak: Soak) -> bool:
    with soak.database.reading() as session:
        return not SitePolicy(session.get_one(Site, "news").policy).retention.is_due(soak.clock.now)


def back_up(soak: Soak) -> Path:
    """Keeps the newest ones."""
    path = soak.installation.folder / f"backup-{soak.day}-{len(soak.backed_up)}.jsonl.gz"
    soak.installation.run("backup", str(path))
    soak.backed_up[path] = count_comments(soak)
    soak.backups.append(path)
    if len(soak.backups) > _BACKUPS:
        soak.backups.pop(0).unlink()
    return path


def _archive(soak: Soak) -> None:
    run, folder = soak.installation.run, str(soak.archive)
    run("archive", "--older-than", f"{soak.plan.archive_older_than}d", "--site", "news", "--to", folder)
    if soak.archive.exists():
        run("archive", "erase", folder, "--yes")


def settle(soak: Soak) -> None:
    """Wait until every comment has its verdict, and the host was told of everything that is due, if it listens."""
    wait_until(lambda: _waiting(soak) == 0, pause=0.01, what="verdicts and deliveries")


def _waiting(soak: Soak) -> int:
    now = soak.clock.now
    asked = [select(func.count()).select_from(Comment).where(Comment.state == State.PENDING)]
    if not soak.is_away:
        # What a worker has claimed is under way, although it is not due any more.
        due = or_(Delivery.due_at <= now, Delivery.lease_until > now)
        asked.append(select(func.count()).select_from(Event).where(Event.state == EventState.DUE, Event.due_at <= now))
        asked.append(select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.DUE, due))
    with soak.database.reading() as session:
        return sum(session.scalar(each) or 0 for each in asked)


def _held(soak: Soak) -> Sequence[UUID]:
    with soak.database.reading() as session:
        return session.scalars(select(Comment.id).where(Comment.state == State.HELD).limit(500)).all()


def count_comments(soak: Soak) -> int:
    with soak.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment)) or 0


def _files(soak: Soak) -> dict[str, list[Path]]:
    home = soak.installation.home
    return {
        "database": list(soak.data),
        "log": list(home.glob("greenroom.log*")),
        "archive": [soak.archive],
        "newest backup": soak.backups[-1:],
    }
