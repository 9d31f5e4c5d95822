"""The audit after a soak: each line names a promise and what was found; a line that begins with WRONG breaks it."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle.retention import count_of, personal_of, rejected_of
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event, EventState
from tests.soak.run import Soak, back_up, count_comments


@dataclass
class Audit:
    """`wrong` is empty if every promise was kept."""

    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def note(self, good: bool, words: str) -> None:
        self.lines.append(words if good else f"WRONG: {words}")
        if not good:
            self.wrong.append(words)


def audit(soak: Soak) -> Audit:
    found = Audit()
    for part in (_promises, _accounted, _delivered, _retention, _archive_readable, _restorable, _log):
        for good, words in part(soak):
            found.note(good, words)
    return found


Lines = Iterator[tuple[bool, str]]


def _promises(soak: Soak) -> Lines:
    """`greenroom verify` with what the host was promised and what it received."""
    accepted = soak.installation.folder / "accepted.jsonl"
    soak.host.write_accepted(accepted)
    promised = ("--accepted", str(accepted), "--receipts", str(soak.installation.receipts))
    findings = json.loads(soak.installation.run("verify", "--json", *promised, check=False))["findings"]
    broken = [f"{f['rule']} {f['says']}: {', '.join(f['examples'])}" for f in findings if f["ok"] is False]
    yield not broken, f"`greenroom verify`: {len(findings)} rules, broken: {'; '.join(broken) or 'none'}"


def _accounted(soak: Soak) -> Lines:
    with soak.database.reading() as session:
        present = {str(each) for each in session.scalars(select(Comment.id))}
    archived = {line["comment"] for line in _archived(soak) if line["whole"]}
    missing = set(soak.host.accepted) - present - archived
    yield (
        not missing,
        f"{len(soak.host.accepted):,} comments were accepted: {len(present):,} are in the database, {len(archived - present):,} in the "
        f"archive only, {len(missing)} are missing",
    )
    yield len(present | archived) == len(soak.host.accepted), "there is no comment that no host posted"


def _delivered(soak: Soak) -> Lines:
    receipts = [json.loads(line) for line in soak.installation.receipts.read_text().splitlines()]
    times = Counter(receipt["id"] for receipt in receipts)
    withdrawn = EventState.WITHDRAWN.value
    with soak.database.reading() as session:
        events = {str(each) for each in session.scalars(select(Event.id).where(Event.state != EventState.WITHDRAWN))}
    events |= {row["id"] for line in _archived(soak) for row in line["rows"].get("event", []) if row["state"] != withdrawn}
    never = [event for event in events if event not in times]
    twice = [event for event, count in times.items() if count > 1]
    behind = _out_of_order(receipts)
    bad = sum(not receipt["verified"] for receipt in receipts)
    yield not never, f"{len(events):,} events in database and archive: {len(never)} never arrived"
    yield not twice, f"{len(times):,} webhooks arrived: {len(twice)} of them twice"
    yield not behind, f"{behind} webhooks arrived after a later one of the same comment"
    yield not bad, f"{bad} webhooks had a bad signature"


def _out_of_order(receipts: list[dict[str, Any]]) -> int:
    last: dict[str, int] = {}
    behind = 0
    for receipt in receipts:
        behind += receipt["sequence"] < last.get(receipt["comment"], 0)
        last[receipt["comment"]] = max(receipt["sequence"], last.get(receipt["comment"], 0))
    return behind


def _retention(soak: Soak) -> Lines:
    """Retention runs once a day, so what its rule covered a day ago is gone. Rejected comments whose author may still complain stay."""
    rejected, personal = soak.plan.retention
    yesterday = soak.clock.now - timedelta(days=1)
    outlived = rejected_of("news", yesterday - timedelta(days=rejected), now=yesterday)
    known = personal_of("news", yesterday - timedelta(days=personal))
    with soak.database.reading() as session:
        old, kept = count_of(session, outlived), count_of(session, known)
        gone = session.scalar(select(func.count()).where(Comment.state == State.ERASED)) or 0
    yield not old, f"{old} rejected comments are older than {rejected} days ({gone:,} comments in the database are erased)"
    yield not kept, f"{kept} comments name their author after more than {personal} days"


def _archive_readable(soak: Soak) -> Lines:
    if not soak.archive.exists():
        yield True, "nothing was old enough for an archive"
        return
    soak.installation.run("archive", "check", str(soak.archive))
    files = list(soak.archive.rglob("*.jsonl.gz"))
    yield bool(files), f"`greenroom archive check`: {len(files)} files, {sum(1 for _ in _archived(soak)):,} rows, all readable"


def _restorable(soak: Soak) -> Lines:
    """The newest backup of the soak, and one of this moment."""
    for backup in [*soak.backups[-1:], back_up(soak)]:
        home = soak.installation.folder / f"restored-{backup.name}"
        place = {"GREENROOM_HOME": str(home), "DATABASE_URL": f"sqlite:///{home}/restored.db", "REDIS_URL": ""}
        home.mkdir()
        soak.installation.run("restore", str(backup), **place)
        findings = json.loads(soak.installation.run("verify", "--json", check=False, **place))["findings"]
        broken = [f["says"] for f in findings if f["ok"] is False]
        database = Database(place["DATABASE_URL"])
        with database.reading() as session:
            count = session.scalar(select(func.count()).select_from(Comment))
        database.close()
        expected = soak.backed_up[backup]
        yield (
            count == expected and not broken,
            f"{backup.name} restored: {count:,} of {expected:,} comments; broken: {broken or 'none'}",
        )


def _log(soak: Soak) -> Lines:
    levels: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for file in soak.installation.home.glob("greenroom.log*"):
        for line in file.read_text(errors="replace").splitlines():
            entry = json.loads(line) if line.startswith("{") else {"level": "error", "event": line[:80]}
            levels[entry.get("level", "")] += 1
            if entry.get("level") in ("error", "critical"):
                events[entry.get("event", "")] += 1
    yield not events, f"the log has {dict(levels)} lines; errors: {dict(events) or 'none'}"


def _archived(soak: Soak) -> Iterator[dict[str, Any]]:
    for file in sorted(soak.archive.rglob("*.jsonl.gz")) if soak.archive.exists() else []:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from (read for line in lines if "comment" in (read := json.loads(line)) and "rows" in read)


def counted(soak: Soak) -> str:
    return f"{soak.day + 1} days, {dict(soak.host.counts)}, {soak.restarts} restarts, {count_comments(soak):,} comments left"
