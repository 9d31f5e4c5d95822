"""One chaos run: start Greenroom and a host, inject faults from a seed, wait for calm, then verify and count."""

import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.outbox import Delivery, DeliveryState, Event, EventState
from tests.chaos.faults import Kind, kinds
from tests.chaos.host import Host
from tests.chaos.house import House, Setup

#: Seconds after the last fault until everything must be checked, and until it must be delivered, on an idle machine.
SETTLED_WITHIN = 10.0
DELIVERED_WITHIN = 60.0


@dataclass
class Report:
    """The counts of one run. `wrong` is empty if every promise was kept."""

    setup: Setup
    seed: int
    seconds: float
    accepted: int = 0
    posts: dict[str, int] = field(default_factory=dict)
    moves: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    restarts: int = 0
    webhooks: int = 0
    repeated: int = 0
    settled_after: float = 0.0
    delivered_after: float = 0.0
    lost: int = 0
    stuck: int = 0
    undelivered: int = 0
    out_of_order: int = 0
    bad_signatures: int = 0
    dead_at_second: int = 0
    wrong: list[str] = field(default_factory=list)


def run(
    setup: Setup,
    *,
    seconds: float,
    rate: float,
    faults: int,
    seed: int,
    probe_every: float = 5.0,
    patience: float = 1.0,
    say: Callable[[str], None] = print,
    folder: Path | None = None,
    deck: Callable[[Setup], list[Kind]] = kinds,
) -> Report:
    """Inject faults for this many seconds, then verify. All randomness comes from the seed."""
    chance = random.Random(seed)
    report = Report(setup, seed, seconds)
    with tempfile.TemporaryDirectory(prefix="greenroom-chaos-", ignore_cleanup_errors=True) as made:
        house = House(setup, _room(folder or Path(made)), probe_every=probe_every)
        host = Host(house, seed, rate=rate)
        try:
            house.open()
            host.start()
            struck = _strike(house, _plan(deck(setup), faults, chance), seconds, chance, say)
            report.faults = dict(sorted(Counter(kind.name for kind in struck).items()))
            house.calm()
            host.stop()
            look(house, host, report, patience)
        finally:
            host.give_up()
            house.close()
            report.restarts = house.restarts
    return report


def _room(folder: Path) -> Path:
    """A temporary folder for the installation. PostgreSQL may run as another user, who needs access."""
    room = folder / "run"
    room.mkdir(parents=True)
    for place in (folder, room):
        place.chmod(0o755)
    return room


def _plan(deck: list[Kind], faults: int, chance: random.Random) -> list[Kind]:
    """Shuffled decks of all kinds, so that each kind occurs equally often."""
    plan: list[Kind] = []
    while len(plan) < faults:
        plan += chance.sample(deck, k=len(deck))
    return plan[:faults]


def _strike(house: House, plan: list[Kind], seconds: float, chance: random.Random, say: Callable[[str], None]) -> list[Kind]:
    """Start each fault at its time in a separate thread: faults may overlap."""
    began = time.monotonic()
    moments = sorted(chance.uniform(1, seconds - 3) for _ in plan)
    threads: list[threading.Thread] = []
    for moment, kind in zip(moments, plan, strict=True):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        say(f"{moment:7.1f} s  {kind.name}")
        thread = threading.Thread(target=kind.strike, args=(house, random.Random(chance.getrandbits(64))), daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(300)
    return plan


def look(house: House, host: Host, report: Report, patience: float) -> None:
    """Wait until all work is done, measure that, then verify. `patience` scales the limits for a busy machine."""
    settled_within, delivered_within = SETTLED_WITHIN * patience, DELIVERED_WITHIN * patience
    database = Database(house.database_url)
    calm = time.monotonic()
    report.settled_after = _seconds_until(lambda: _pending(database) == 0, since=calm, most=settled_within + 50)
    report.delivered_after = _seconds_until(lambda: _waiting(house, database) == 0, since=calm, most=delivered_within + 90)
    report.stuck = _pending(database)
    _count_receipts(house, database, report)
    database.close()
    report.accepted = len(host.accepted)
    report.posts = {n.removeprefix("post "): c for n, c in sorted(host.counts.items()) if n.startswith("post")}
    report.moves = {n.removeprefix("move "): c for n, c in sorted(host.counts.items()) if n.startswith("move")}
    report.wrong += host.complaints + _audited(house, host, report)
    report.wrong += [f"settled only {report.settled_after:.1f} s after the last fault"] * (report.settled_after > settled_within)
    report.wrong += [f"delivered only {report.delivered_after:.1f} s after the last fault"] * (
        report.delivered_after > delivered_within
    )
    report.wrong += [f"{report.undelivered} webhooks never arrived"] * bool(report.undelivered)


def _audited(house: House, host: Host, report: Report) -> list[str]:
    accepted, receipts = house.folder / "accepted.jsonl", house.folder / "main.jsonl"
    host.write_accepted(accepted)
    lines = [line for line in house.receipts.read_text().splitlines() if json.loads(line)["endpoint"] == "/main"]
    receipts.write_text("\n".join(lines))
    said = house.run("verify", "--json", "--accepted", str(accepted), "--receipts", str(receipts), check=False)
    findings: list[dict[str, Any]] = json.loads(said)["findings"]
    report.lost = sum(f["count"] for f in findings if f["rule"] == "A1")
    report.out_of_order = sum(f["count"] for f in findings if f["rule"] == "A5")
    return [f"{f['rule']} {f['says']}: {', '.join(f['examples'])}" for f in findings if f["ok"] is False]


def _count_receipts(house: House, database: Database, report: Report) -> None:
    """Every event that was not undone must have been received by the first endpoint."""
    receipts = [json.loads(line) for line in house.receipts.read_text().splitlines()]
    mine = [r for r in receipts if r["endpoint"] == "/main"]
    received = {r["id"] for r in mine}
    report.webhooks, report.repeated = len(received), len(mine) - len(received)
    report.bad_signatures = sum(not r["verified"] for r in receipts)
    with database.reading() as session:
        events = session.scalars(select(Event.id).where(Event.state != EventState.WITHDRAWN))
        report.undelivered = sum(str(event_id) not in received for event_id in events)
        report.dead_at_second = (
            session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.DEAD)) or 0
        )


def _pending(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment).where(Comment.state == State.PENDING)) or 0


def _waiting(house: House, database: Database) -> int:
    with database.reading() as session:
        events = session.scalar(select(func.count()).select_from(Event).where(Event.state == EventState.DUE)) or 0
        deliveries = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.DUE)) or 0
    return events + deliveries


def _seconds_until(true: Callable[[], bool], *, since: float, most: float) -> float:
    while not true() and time.monotonic() - since < most:
        time.sleep(0.1)
    return time.monotonic() - since
