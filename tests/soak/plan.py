"""What happens in a soak and when: two plans, and the comments of an hour."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from math import pi, sin, sqrt

from tests.chaos.host import WORDS

_PATTERNS = {
    "calm": "{words} {number}",
    "doubtful": "{words}, write to me on telegram @reader_{number}",
    "spam": "{words} [url=https://pills-{number}.example/buy]cheap pills online casino[/url] https://pills-{number}.example",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many comments come a day, and after how many days something is done again. `burst`: comments that come at one moment.

    `upgrade_on`: the day of the upgrade, if the soak begins with an older checkout. `retention`: days until rejected comments are
    erased, and until authors are forgotten. `quiet`: days that pass at the end without a comment, before the last archive.
    """

    name: str
    days: int
    comments_a_day: float
    burst: int
    upgrade_on: int
    restart_every: int = 7
    backup_every: int = 7
    archive_every: int = 30
    archive_older_than: int = 60
    quiet: int = 1
    outage_every: int = 12
    samples_a_day: int = 1
    retention: tuple[int, int] = (30, 90)

    def shorter(self, days: int) -> "Plan":
        """The same with fewer days. What happens again and again still happens at least twice."""
        every = {
            name: min(getattr(self, name), max(1, days // 3))
            for name in ("restart_every", "backup_every", "archive_every", "outage_every")
        }
        return replace(self, days=days, upgrade_on=min(self.upgrade_on, days // 2), **every)


SMALL = Plan(
    "a year of a small site", days=365, comments_a_day=12, burst=3, upgrade_on=30, restart_every=14, backup_every=14,
)  # fmt: skip
LARGE = Plan(
    "a week of a large site", days=7, comments_a_day=8_000, burst=400, upgrade_on=2, restart_every=1, backup_every=1, archive_every=3,
    archive_older_than=31, quiet=40, outage_every=2, samples_a_day=24, retention=(2, 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """One comment before it is posted, and what its host does with it later: edit, erase or nothing."""

    text: str
    thread: str
    author: int
    later: str = ""


def bursts(plan: Plan, hour: int, chance: random.Random) -> list[tuple[timedelta, list[Draft]]]:
    """The comments of this hour of a day, at their minutes. At four in the morning there are the fewest, at four in the afternoon
    the most."""
    share = (1 + 0.9 * sin((hour - 10) / 24 * 2 * pi)) / 24
    mean = plan.comments_a_day * share
    count = max(0, round(chance.gauss(mean, sqrt(mean))))
    drafts = [_draft(chance) for _ in range(count)]
    parts = [drafts[start : start + plan.burst] for start in range(0, count, plan.burst)]
    minutes = sorted(chance.uniform(0, 60) for _ in parts)
    return [(timedelta(minutes=minute), part) for minute, part in zip(minutes, parts, strict=True)]


def _draft(chance: random.Random) -> Draft:
    kind = chance.choices(list(_PATTERNS), [80, 10, 10])[0]
    words = " ".join(chance.choices(WORDS, k=chance.randint(5, 30)))
    text = _PATTERNS[kind].format(words=words, number=chance.randrange(10**9))
    later = chance.choices(["", "edit", "erase"], [94, 4, 2])[0]
    return Draft(text, f"page-{chance.randrange(40)}", chance.randrange(300), later)
