"""`greenroom archive`: comments move into files and come back unchanged, also after crashes, and what is in use stays."""

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from service.actions.comments.edit_erase import erase
from service.actions.lifecycle.retention import set_retention
from service.actions.moderation.decide import Actor, Ruling, decide
from service.config import Settings
from service.crash import CrashPoint
from service.domain.ids import new_id, thread_id
from service.domain.retention import Retention
from service.domain.states import State
from service.store import Record
from service.store.comments.feed import FeedSlice, Published, published_in
from service.store.db.column_types import table
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.lifecycle.archive_rows import TRAIL
from service.store.reports.transparency import transparency
from service.store.tables.archives import ArchivedComment
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity, Decision, Escalation, Note, ScreenLease
from service.store.tables.outbox import Delivery, DeliveryState, Event
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site
from tests.commands.archive_command import keeps_its_promises, run_archive, said
from tests.commands.conftest import Greenroom
from tests.support.old_installation import SECRET, House, no_longer_learned_from


def _rows(database: Database) -> list[str]:
    """All rows except the records of the archive itself."""
    with database.reading() as session:
        return sorted(line for line in dump.written(session) if not line.startswith(('["audit_log",', '["archive",')))


def _feed(database: Database) -> Sequence[Published]:
    with database.reading() as session:
        asked = FeedSlice(None, 100, newest_first=False, roots=False)
        return published_in(session, "news", thread_id("news", "page"), asked, most_text=100_000, scan=None).comments


def _yearly(database: Database) -> list[object]:
    """What the transparency reports of all years count of restrictions and of the audited sample."""
    with database.reading() as session:
        site = session.get_one(Site, "news")
        reports = [transparency(session, site, year) for year in range(2020, datetime.now(UTC).year + 1)]
        return [(one.illegal, one.terms, one.measures_automated, one.measures_by_people, one.sample) for one in reports]


def test_what_left_comes_back_the_same(greenroom: Greenroom, database: Database, house: House, tmp_path: Path) -> None:
    with database.writing() as session:
        no_longer_learned_from(session, house)
    folder, then, feed, counted = tmp_path / "archive", _rows(database), _feed(database), _yearly(database)
    assert len(feed) == 8
    assert any(automated + by_people for _, _, automated, by_people, _ in counted)
    keeps_its_promises(greenroom)
    dry = json.loads(greenroom("archive", "--older-than", "365", "--dry-run", "--json").stdout)
    assert dry["news"] == {"trail": 7, "whole": 4}
    assert _rows(database) == then

    moved = run_archive(greenroom, folder)
    assert moved["comments"] == 11
    assert " ".join(f"{n} {name}" for name, n in moved["files"][0]["rows"].items()) == (
        "12 attempt 4 comment 1 decision 12 delivery 12 event 10 verdict"
    )
    assert _feed(database) == feed
    assert _yearly(database) == counted
    keeps_its_promises(greenroom)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == 9
        assert set(session.scalars(select(Event.comment_id))) == {house["held-0"], house["young"]}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.json*"))
    assert greenroom("archive", "check", str(folder)).exit_code == 0
    assert run_archive(greenroom, folder)["comments"] == 0

    one = greenroom("archive", "restore", str(folder), "--comment", str(house["rejected-1"]), "--json")
    assert json.loads(one.stdout)["restored"] == 1, one.output
    back = greenroom("archive", "restore", str(folder), "--json")
    assert json.loads(back.stdout) == {"restored": 10, "skipped": {"here": 1}}, back.output
    assert _rows(database) == then
    assert _yearly(database) == counted
    again = greenroom("archive", "restore", str(folder), "--json")
    assert json.loads(again.stdout) == {"restored": 0, "skipped": {"here": 11}}
    assert run_archive(greenroom, folder, "--rewrite")["comments"] == 11
    acts = greenroom("audit-log", "--json").output
    assert acts.count("comments_archived") == 2
    assert acts.count("comments_restored") == 2


def test_a_run_that_is_killed_loses_nothing_and_the_next_one_finishes(
    greenroom: Greenroom, settings: Settings, database: Database, house: House, tmp_path: Path
) -> None:
    folder, then = tmp_path / "archive", _rows(database)
    for point in (CrashPoint.BUNDLED, CrashPoint.SHELVED, CrashPoint.MOVED):
        assert _died(settings, point, folder) == -signal.SIGKILL
        assert (_rows(database) == then) is (point is not CrashPoint.MOVED)
        if point is CrashPoint.SHELVED:
            _another_installation_leaves_it_alone(greenroom, folder)
    run_archive(greenroom, folder)
    assert "not finished" not in greenroom("archive", "check", str(folder)).output
    assert sum(entry["moved"] for entry in json.loads((folder / "manifest.json").read_text())["files"]) == 1
    assert not list(folder.glob("*.part"))
    keeps_its_promises(greenroom)
    greenroom("archive", "restore", str(folder))
    assert _rows(database) == then


def test_a_comment_that_is_touched_after_the_file_was_written_stays_as_it_is(
    greenroom: Greenroom, settings: Settings, database: Database, house: House, tmp_path: Path
) -> None:
    folder, kept, gone = tmp_path / "archive", house["approved-2"], house["rejected-2"]
    assert _died(settings, CrashPoint.SHELVED, folder) == -signal.SIGKILL
    with database.writing() as session:
        decide(
            session, "news", [Ruling(kept, State.HELD, None)], actor=Actor(key_id=kept), now=datetime.now(UTC), delay=timedelta(0)
        )
        erase(session, "news", gone, now=datetime.now(UTC))
    run_archive(greenroom, folder)
    with database.reading() as session:
        assert session.get_one(Comment, kept).archived == session.get_one(Comment, gone).archived == 0
        assert list(session.scalars(select(Event.seq).where(Event.comment_id == gone).order_by(Event.seq))) == [1, 2]
    assert str(house["approved-3"]) in said(folder)
    assert str(kept) not in said(folder)
    assert str(gone) not in said(folder)
    assert greenroom("archive", "check", str(folder)).exit_code == 0


def _another_installation_leaves_it_alone(greenroom: Greenroom, folder: Path) -> None:
    theirs = f"sqlite:///{folder.parent / 'theirs.db'}"
    assert greenroom("db", "upgrade", on=theirs).exit_code == 0
    assert greenroom("site", "add", "news", "--origin", "https://news.example", on=theirs).exit_code == 0
    refused = greenroom("archive", "--older-than", "365", "--to", str(folder), on=theirs)
    assert "another installation" in refused.output
    assert refused.exit_code == 1


def _died(settings: Settings, point: CrashPoint, folder: Path, *words: str) -> int:
    environ = {
        **os.environ,
        "GREENROOM_HOME": str(settings.home),
        "DATABASE_URL": settings.database,
        "GREENROOM_SECRET_KEY": settings.secret,
        "GREENROOM_CRASH_AT": f"{point}:{settings.home / point}",
    }
    words = words or ("archive", "--older-than", "365", "--to", str(folder))
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *words], env=environ, capture_output=True, check=False, timeout=300
    ).returncode


def test_erasing_that_is_killed_in_an_archive_goes_on_where_it_was(
    greenroom: Greenroom, settings: Settings, database: Database, house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    run_archive(greenroom, folder)
    person = ("erase", "news", "--address", "192.0.2.7", "--archives", str(folder), "--yes")
    assert _died(settings, CrashPoint.REWRITTEN, folder, *person) == -signal.SIGKILL
    assert greenroom("archive", "check", str(folder)).exit_code == 0
    (settings.home / CrashPoint.REWRITTEN).unlink()
    with database.writing() as session:
        erase(session, "news", house["answer"], now=datetime.now(UTC))
    assert _died(settings, CrashPoint.REWRITTEN, folder, *person) == -signal.SIGKILL
    again = greenroom(*person)
    assert again.exit_code == 0, again.output
    assert SECRET not in said(folder)
    assert str(house["answer"]) not in said(folder)
    assert greenroom("archive", "check", str(folder)).exit_code == 0
    assert greenroom("archive", "restore", str(folder)).exit_code == 0
    keeps_its_promises(greenroom)


def test_what_is_in_use_stays(greenroom: Greenroom, database: Database, house: House, tmp_path: Path) -> None:
    with database.writing() as session:
        dead = select(Event.id).where(Event.comment_id == house["rejected-0"])
        session.execute(update(Delivery).where(Delivery.event_id.in_(dead)).values(state=DeliveryState.DEAD))
        session.add(
            Note(id=new_id(), site_id="news", comment_id=house["rejected-1"], text="Mind this one.", at=datetime.now(UTC))
        )
        decision = {"site_id": "news", "from_state": State.HELD, "to_state": State.APPROVED, "version": 1}
        session.add(Decision(id=new_id(), comment_id=house["approved-0"], at=datetime.now(UTC) - timedelta(days=700), **decision))
        set_retention(session, "news", Retention(rejected=3000))
    found = json.loads(greenroom("archive", "--older-than", "365", "--dry-run", "--json").stdout)["news"]
    assert found == {"trail": 6, "whole": 1, "untold": 1, "pinned": 1, "retention": 1, "learned_from": 1}
    run_archive(greenroom, tmp_path / "archive")
    with database.reading() as session:
        assert list(session.scalars(select(ArchivedComment.id))) == [house["erased-0"]]
        archived = {row.external_id: row.archived for row in session.execute(select(Comment.external_id, Comment.archived))}
    assert archived["approved-0"] == archived["young"] == 0
    assert archived["approved-1"] == 1
    for refused in (("--older-than", "7"), ("--older-than", "x"), (), ("--older-than", "365", "--site", "blog")):
        assert greenroom("archive", "--to", str(tmp_path), *refused).exit_code != 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_file_is_noticed_and_nothing_comes_of_it(
    greenroom: Greenroom, database: Database, house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    run_archive(greenroom, folder)
    (path,) = folder.glob("*.jsonl.gz")
    whole, then = path.read_bytes(), _rows(database)
    changed = gzip.compress(gzip.decompress(whole).replace(b"rejected 1", b"rejected 2"))
    garbled = gzip.compress(b"")[:10] + b"\xff" * 40
    for damaged in (whole[:-40], changed, garbled, None):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        for words in (("check",), ("restore",), ("erase", "--yes")):
            refused = greenroom("archive", words[0], str(folder), *words[1:])
            assert refused.exit_code == 1, refused.output
            assert "Traceback" not in refused.output
    assert _rows(database) == then


def test_every_table_of_a_comment_leaves_with_it_or_keeps_it() -> None:
    owned = {table(record).name for record in (Comment, Event, Delivery)}
    pointing = {t.name for t in Record.metadata.sorted_tables for key in t.foreign_keys if key.column.table.name in owned}
    kept_for = {table(record).name for record in (Note, Escalation, Activity, ScreenLease, Report, Complaint)}
    # It is deleted with the comment, and must not be in a file.
    lost = {table(AuthorAddress).name}
    assert pointing == {table(record).name for record, _, _ in TRAIL} | kept_for | lost
