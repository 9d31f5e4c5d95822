"""A race test: many moderators decide on the same few comments and undo decisions, each with an outdated view.

python -m tests.actions.moderation.crowd --moderators 20 --decisions 1000 [--database URL]
"""

import argparse
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from service.actions.moderation.decide import Actor, Decided, Ruling, decide, undo
from service.domain.errors import AlreadyDecided
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event
from tests.support.factories import NOON, draft, moved, site, submitted

COMMENTS = 50
#: The version after the first decision. Holding the comment was version 1.
FIRST = 2


def crowd(database: Database, *, moderators: int, decisions: int, seed: int) -> Counter[str]:
    """Run all moderators at once. Returns how many decisions won, came late and were undone. Asserts that each exists once."""
    with database.writing() as session:
        site(session)
        comments = submitted(session, *(draft(f"comment {n}") for n in range(COMMENTS)))
        for comment_id in comments:
            moved(session, comment_id, State.HELD)
        people = [Moderator(id=new_id(), email=f"m{n}@news.example", name=f"M {n}", created_at=NOON) for n in range(moderators)]
        session.add_all(people)
    with ThreadPoolExecutor(moderators) as pool:
        tasks = [pool.submit(_moderate, database, person.id, comments, decisions, seed + n) for n, person in enumerate(people)]
    won = [decided for task in tasks for decided in task.result()[0]]
    counts = sum((task.result()[1] for task in tasks), Counter[str]())
    _compare(database, comments, won)
    return counts


def _moderate(
    database: Database, moderator_id: UUID, comments: list[UUID], decisions: int, seed: int
) -> tuple[list[Decided], Counter[str]]:
    """One moderator: looks now and then, decides on what was seen, and undoes every tenth decision."""
    chance, counts, won, seen = random.Random(seed), Counter[str](), list[Decided](), dict[UUID, tuple[str, int]]()
    for number in range(decisions):
        if number % 10 == 0:
            seen = _look(database, comments)
        comment_id = chance.choice(comments)
        state, version = seen[comment_id]
        wanted = chance.choice([s for s in (State.APPROVED, State.REJECTED, State.HELD) if s != state])
        outcome = _act(database, moderator_id, Ruling(comment_id, wanted, version))
        counts["won" if outcome else "late"] += 1
        if outcome:
            won.append(outcome)
            if chance.random() < 0.1 and (back := _take_back(database, moderator_id, outcome)):
                won.append(back)
                counts["taken back"] += 1
    return won, counts


def _look(database: Database, comments: list[UUID]) -> dict[UUID, tuple[str, int]]:
    with database.reading() as session:
        rows = session.execute(select(Comment.id, Comment.state, Comment.version).where(Comment.id.in_(comments)))
        return {row.id: (row.state, row.version) for row in rows}


def _act(database: Database, moderator_id: UUID, ruling: Ruling) -> Decided | None:
    with database.writing() as session:
        (outcome,) = decide(session, "news", [ruling], actor=Actor(moderator_id), now=NOON, delay=timedelta(seconds=5))
    return _won(outcome)


def _take_back(database: Database, moderator_id: UUID, decided: Decided) -> Decided | None:
    with database.writing() as session:
        (outcome,) = undo(session, "news", [decided.decision_id], actor=Actor(moderator_id), now=NOON, delay=timedelta(seconds=5))
    return _won(outcome)


def _won(outcome: object) -> Decided | None:
    """A decision that did not win was late (AlreadyDecided). No other outcome is allowed."""
    assert isinstance(outcome, Decided | AlreadyDecided), outcome
    return outcome if isinstance(outcome, Decided) else None


def _compare(database: Database, comments: list[UUID], won: list[Decided]) -> None:
    """Each version has one winner, who was told so; it follows the one before; and the host gets an event for it."""
    told: defaultdict[UUID, dict[int, UUID]] = defaultdict(dict)
    for decided in won:
        assert decided.change.version not in told[decided.change.comment_id], "two were told that they won"
        told[decided.change.comment_id][decided.change.version] = decided.decision_id
    with database.reading() as session:
        for comment_id in comments:
            kept = session.scalars(select(Decision).where(Decision.comment_id == comment_id).order_by(Decision.version)).all()
            assert {decision.version: decision.id for decision in kept} == told[comment_id]
            comment = session.get_one(Comment, comment_id)
            assert [decision.version for decision in kept] == list(range(FIRST, comment.version + 1))
            assert list(_states(kept)) == [decision.from_state for decision in kept]
            assert not kept or kept[-1].to_state == comment.state
            heard = session.scalars(select(Event.seq).where(Event.comment_id == comment_id)).all()
            assert set(heard) == set(told[comment_id])


def _states(kept: Sequence[Decision]) -> Iterator[str]:
    state = str(State.HELD)
    for decision in kept:
        yield state
        state = decision.to_state


def main() -> None:
    asked = argparse.ArgumentParser(description="Many moderators on the same few comments.")
    asked.add_argument("--moderators", type=int, default=20)
    asked.add_argument("--decisions", type=int, default=1000, help="of each of them")
    asked.add_argument("--database", help="the address of an empty database; default: a new SQLite file")
    asked.add_argument("--seed", type=int, default=1)
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(words.database or f"sqlite:///{folder}/crowd.db", connections=words.moderators)
        migrate.upgrade(database)
        began = time.monotonic()
        counts = crowd(database, moderators=words.moderators, decisions=words.decisions, seed=words.seed)
        database.close()
    print(f"{dict(counts)} in {time.monotonic() - began:.0f} s: one winner a version, nothing lost")


if __name__ == "__main__":
    main()
