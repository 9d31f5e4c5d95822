"""`make flood`: a million pending comments. Posts are still accepted, memory stays bounded, and killing a worker loses nothing.

python -m tests.chaos.flood --pending 1000000 --setup sqlite+redis
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, insert, select, text

from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.column_types import table
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from tests.chaos.house import House, Setup
from tests.chaos.process import Process

AT_A_TIME = 5_000
#: Most megabytes of memory for one process.
MOST_MB = 200


def main() -> int:
    asked = argparse.ArgumentParser(description="A million comments wait at once.")
    asked.add_argument("--pending", type=int, default=1_000_000)
    asked.add_argument("--setup", choices=[s.value for s in Setup], default=Setup.SQLITE_REDIS)
    asked.add_argument("--seconds", type=float, default=60, help="how long the flood is worked on and watched")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenroom-flood-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        house = House(Setup(words.setup), Path(folder) / "run", probe_every=5)
        house.folder.mkdir()
        house.folder.chmod(0o755)
        try:
            house.open()
            return _watch(house, words.pending, words.seconds)
        finally:
            house.close()


def _watch(house: House, pending: int, seconds: float) -> int:
    database = Database(house.database_url)
    assert _post(house)[0] == 202
    _flood(database, pending)
    waiting, began = _pending(database), time.monotonic()
    answers: list[tuple[int, float]] = []
    most: dict[str, float] = {}
    killed = False
    while time.monotonic() - began < seconds:
        answers.append(_post(house))
        for name, megabytes in _memory(house).items():
            most[name] = max(most.get(name, 0), megabytes)
        if not killed and time.monotonic() - began > seconds / 2:
            house.kill("worker" if "worker" in house.servers else "sweep")
            killed = True
        time.sleep(0.2)
    judged = waiting + len(answers) - _pending(database)
    took = sorted(t for _, t in answers)
    report = {
        "setup": house.setup, "pending": waiting, "judged_a_second": round(judged / seconds), "posts": len(answers),
        "statuses": sorted({status for status, _ in answers}), "post_p50_ms": round(took[len(took) // 2] * 1000),
        "post_max_ms": round(took[-1] * 1000), "most_mb": {name: round(mb) for name, mb in most.items()},
    }  # fmt: skip
    print(json.dumps(report, indent=2))
    database.close()
    return int(bool({status for status, _ in answers} - {202, 503}) or max(most.values()) > MOST_MB or judged <= 0)


def _flood(database: Database, pending: int) -> None:
    """Insert copies of one pending comment with new ids, as fast as the database allows."""
    with database.reading() as session:
        row = dict(session.execute(select(table(Comment)).limit(1)).mappings().one())
    fresh = {"state": State.PENDING, "version": 0, "lease_token": None, "lease_until": None, "external_id": None}
    for done in range(0, pending, AT_A_TIME):
        with database.writing() as session:
            rows = [{**row, **fresh, "id": new_id()} for _ in range(min(AT_A_TIME, pending - done))]
            session.execute(insert(table(Comment)), rows)
        if sys.stderr.isatty() or done % 100_000 == 0:
            print(f"\r{done + AT_A_TIME:,} of {pending:,} stored", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if not database.on_sqlite:
        with database.writing() as session:
            session.execute(text("ANALYZE comment"))


def _pending(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment).where(Comment.state == State.PENDING)) or 0


def _post(house: House) -> tuple[int, float]:
    began = time.monotonic()
    answer = house.call("POST", "/v1/comments", json={"thread": {"id": "flood"}, "text": "One more calm comment."})
    return answer.status_code, time.monotonic() - began


def _memory(house: House) -> dict[str, float]:
    """Memory in megabytes (PSS) of each process with its children."""
    found: dict[str, float] = {}
    for name, server in house.servers.items():
        if isinstance(server, Process) and name != "receiver":
            found[name] = max((_pss(pid) for pid in house.pids(name)), default=0.0)
    return found


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    sys.exit(main())
