"""Group commit: one bad request does not harm the others, and a request that was given up is not stored later."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from service.actions.comments.submit import Accepted, Submission
from service.config import Settings
from service.domain.draft import Draft, DraftContext, DraftThread
from service.domain.errors import Unavailable
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.web.resources.group_commit import GroupCommit
from tests.support.servers import PATIENCE, wait_until

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.resources.group_commit.PATIENCE", PATIENCE)


@pytest.fixture
def group_commit(database: Database, settings: Settings) -> Iterator[GroupCommit]:
    group_commit = GroupCommit(database, Pseudonymizer.from_secret(settings.secret), lanes=1)
    yield group_commit
    group_commit.close()


def submission(number: int, **more: str) -> Submission:
    context = DraftContext(ip=more.pop("ip", ""))
    return Submission("news", Draft(DraftThread("page"), f"Words, number {number}.", context=context, **more))


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment))


def sent_together(group_commit: GroupCommit, database: Database, submissions: list[Submission]) -> list[object]:
    """Send all while a first one is being committed, so that the others form one batch."""
    held, go = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        if not held.is_set():
            held.set()
            go.wait(PATIENCE)

    event.listen(database.engine, "commit", hold)
    with ThreadPoolExecutor(len(submissions) + 1) as pool:
        first = pool.submit(group_commit.submit, submission(-1))
        assert held.wait(PATIENCE)
        others = [pool.submit(group_commit.submit, one) for one in submissions]
        wait_until(lambda: group_commit._waiting.qsize() == len(submissions), what="all of them to wait")
        go.set()
        first.result(PATIENCE)
        outcomes = [other.exception(PATIENCE) or other.result() for other in others]
    event.remove(database.engine, "commit", hold)
    return outcomes


def test_a_poisoned_one_harms_nobody_else(group_commit: GroupCommit, database: Database) -> None:
    outcomes = sent_together(group_commit, database, [submission(1), submission(2, ip="no address"), submission(3)])
    assert [isinstance(outcome, Accepted) for outcome in outcomes] == [True, False, True]
    assert stored(database) == 3


def test_many_share_one_commit(group_commit: GroupCommit, database: Database) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    outcomes = sent_together(group_commit, database, [submission(number) for number in range(20)])
    assert len({outcome.comment_id for outcome in outcomes}) == 20
    assert len(commits) == 2


def test_a_database_that_is_away_is_asked_once_for_all(group_commit: GroupCommit, database: Database) -> None:
    asked: list[object] = []

    def away(*_: object) -> None:
        asked.append(1)
        raise OperationalError("away", None, Exception())

    event.listen(database.engine, "begin", away)
    with ThreadPoolExecutor(5) as pool:
        errors = [pool.submit(group_commit.submit, submission(number)).exception(PATIENCE) for number in range(5)]
    event.remove(database.engine, "begin", away)
    assert all(isinstance(error, OperationalError) for error in errors)
    assert len(asked) <= 5


def test_whoever_gave_up_waiting_is_not_stored_later(
    group_commit: GroupCommit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, go = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        held.set()
        go.wait(PATIENCE)

    event.listen(database.engine, "commit", hold)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(group_commit.submit, submission(1))
        assert held.wait(PATIENCE)
        monkeypatch.setattr("service.web.resources.group_commit.PATIENCE", 0.05)
        with pytest.raises(Unavailable):
            group_commit.submit(submission(2))
        go.set()
        assert isinstance(first.result(PATIENCE), Accepted)
    group_commit.close()
    event.remove(database.engine, "commit", hold)
    assert stored(database) == 1


def test_while_one_lane_waits_for_its_disk_the_other_stores(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL. The same host id on both connections is stored once, and both requests get the same comment."""
    if database.on_sqlite:
        return
    monkeypatch.setattr("service.web.resources.group_commit.MANY", 1)
    group_commit = GroupCommit(database, Pseudonymizer.from_secret(settings.secret))
    held, go = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        if not held.is_set():
            held.set()
            go.wait(PATIENCE)

    group_commit.submit(submission(0))
    event.listen(database.engine, "commit", hold)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(group_commit.submit, submission(1, external_id="e-1"))
        assert held.wait(PATIENCE)
        group_commit.submit(submission(2))
        same = pool.submit(group_commit.submit, submission(1, external_id="e-1"))
        go.set()
        one, other = first.result(PATIENCE), same.result(PATIENCE)
    event.remove(database.engine, "commit", hold)
    group_commit.close()
    assert isinstance(one, Accepted) and isinstance(other, Accepted)
    assert one.comment_id == other.comment_id and not one.replayed and other.replayed
    assert stored(database) == 3
