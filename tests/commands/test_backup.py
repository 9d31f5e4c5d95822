"""Backup, restore, export, import: a complete, consistent copy of everything or of one site, on both databases."""

import gzip
import json
import os
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from service.actions.accounts.moderators import add_moderator
from service.actions.comments.edit_erase import edit
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.webhooks.endpoints import add_endpoint
from service.config import Settings
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.tables.comments import Comment
from service.store.tables.external_checks import ExternalCheckRow
from service.store.tables.moderation import Activity, ActivityKind, Decision
from tests.commands.conftest import Greenroom
from tests.support.factories import draft, site, submitted
from tests.support.process_tree import GREENROOM
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver


@pytest.fixture
def other(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of the other engine."""
    if settings.on_sqlite:
        return str(request.getfixturevalue("postgres").empty_database()).replace("postgresql://", "postgresql+psycopg://")
    return f"sqlite:///{tmp_path / 'other.db'}"


@pytest.fixture
def house(settings: Settings, database: Database) -> list[UUID]:
    """Two sites with some rows of everything. Returns the ids of the first site's comments."""
    now = datetime.now(UTC)
    with database.writing() as session:
        site(session)
        site(session, "blog")
        secret_box = SecretBox.from_secret(settings.secret)
        add_endpoint(session, "news", url="http://127.0.0.1:1/hook", secret_box=secret_box, now=now, allow=("127.0.0.0/8",))
        moderator = add_moderator(session, "dana@news.example", name="Dana", now=now)
        ids = submitted(session, *(draft(f"A calm word, the {n}th. ✓ \u202e") for n in range(30)), now=now)
        submitted(session, draft("At the other site."), site_id="blog", now=now)
        moderator_id = moderator.id
    resources = WorkerResources.open(settings)
    check_pending(resources)
    with database.writing() as session:
        ruling = Ruling(ids[0], State.REJECTED, None, reason="off-topic", note="said before")
        decide(session, "news", [ruling], actor=Actor(moderator_id=moderator_id), now=now, delay=timedelta(0))
        edit(session, "news", ids[1], "Other words.", version=None, now=now)
    deliver(resources)
    check_pending(resources)
    resources.close()
    return ids


def _rows(database: Database, site_id: str | None = None) -> list[str]:
    with database.reading() as session:
        # PostgreSQL (jsonb) does not keep the order of keys.
        return [json.dumps(json.loads(line), sort_keys=True) for line in dump.written(session, site_id)]


def test_everything_comes_back_on_the_other_database(
    greenroom: Greenroom, house: list[UUID], database: Database, other: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "all.jsonl.gz")
    assert greenroom("backup", file).exit_code == 0
    assert Path(file).stat().st_mode & 0o077 == 0
    checked = greenroom("restore", "--check", file)
    assert "keeps its promises: 1 moderator, 2 site" in checked.output, checked.output
    restored = greenroom("restore", file, "--resume", on=other)
    assert restored.exit_code == 0, restored.output
    there = Database(other)
    then, now = set(_rows(database)), set(_rows(there))
    # The only difference: one audit log has the backup, the other one the restore.
    assert ["backup_written" in row for row in then - now] == [True]
    assert ["backup_restored" in row for row in now - then] == [True]
    there.close()
    again = greenroom("restore", file, on=other)
    assert "expected an empty database" in again.output
    assert again.exit_code == 1


def test_a_site_moves_to_another_installation(
    greenroom: Greenroom, house: list[UUID], database: Database, other: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "news.jsonl.gz")
    assert greenroom("export", "news", file).exit_code == 0
    with gzip.open(file, "rt") as lines:
        said = lines.read()
    assert "dana@news.example" not in said
    assert "At the other site." not in said
    there = Database(other)
    migrate.upgrade(there)
    moved = greenroom("import", file, on=other)
    assert moved.exit_code == 0, moved.output
    assert len(_rows(there, "news")) == len(_rows(database, "news"))
    assert _rows(there, "blog") == []
    there.close()
    assert "exists here already" in greenroom("import", file, on=other).output
    assert "greenroom import" in greenroom("restore", file, on=f"sqlite:///{tmp_path / 'third.db'}").output
    assert greenroom("export", "nobody", file).exit_code == 1


def test_a_backup_under_load_is_one_moment(greenroom: Greenroom, house: list[UUID], database: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def post() -> None:
        while not stop.wait(0.02):
            with database.writing() as session:
                submitted(session, *(draft(f"Meanwhile {n}.", thread=f"page {n}") for n in range(20)), now=datetime.now(UTC))

    poster = threading.Thread(target=post)
    poster.start()
    try:
        for n in range(3):
            file = str(tmp_path / f"{n}.jsonl.gz")
            assert greenroom("backup", file).exit_code == 0
            checked = greenroom("restore", "--check", file)
            assert checked.exit_code == 0, checked.output
    finally:
        stop.set()
        poster.join()


@pytest.mark.parametrize("damage", ["cut", "changed", "not ours", "no gzip", "garbled"])
def test_a_damaged_backup_is_noticed_and_stores_nothing(
    greenroom: Greenroom, house: list[UUID], tmp_path: Path, damage: str
) -> None:
    file, place_of_its_own = tmp_path / "all.jsonl.gz", f"sqlite:///{tmp_path / 'damaged.db'}"
    greenroom("backup", str(file))
    with gzip.open(file, "rt") as lines:
        said = lines.read()
    damaged = {
        "cut": "\n".join(said.splitlines()[:-3]),
        "changed": said.replace("A calm word, the 7th", "A calm word, the 8th"),
        "not ours": "{}\n",
    }
    if damage == "no gzip":
        file.write_bytes(b"nothing of the kind")
    elif damage == "garbled":
        whole = gzip.compress(said.encode())
        file.write_bytes(whole[:10] + b"\xff" * 40 + whole[50:])
    else:
        file.write_bytes(gzip.compress(damaged[damage].encode()))
    for words in (("restore", "--check", str(file)), ("restore", str(file))):
        refused = greenroom(*words, on=place_of_its_own)
        assert refused.exit_code == 1
        assert "Error: " in refused.output
        assert "Traceback" not in refused.output
    there = Database(place_of_its_own)
    migrate.upgrade(there)
    assert _rows(there) == []
    there.close()


def test_a_site_of_the_version_with_other_names_is_imported(greenroom: Greenroom, database: Database) -> None:
    copy = Path(__file__).parent / "copies" / "site_with_old_names.jsonl.gz"
    assert "7 comment, 1 activity, 1 decision" in greenroom("import", str(copy)).output
    with database.reading() as session:
        check = session.scalars(select(ExternalCheckRow)).one()
        assert (check.name, check.url, check.ask_when, check.if_no_answer, check.timeout) == (
            "akismet", "https://rest.akismet.com/1.1", "unsure", "hold", 2.0
        )  # fmt: skip
        assert session.scalars(select(Activity.kind)).one() == ActivityKind.RETURN
        assert session.scalars(select(Decision.action_id)).one() is not None
        assert all(comment.judged_at for comment in session.scalars(select(Comment)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_terminal_shows_how_far_a_backup_is(house: list[UUID], settings: Settings, tmp_path: Path) -> None:
    shown, terminal = os.openpty()
    environ = {"PATH": os.environ["PATH"], "GREENROOM_HOME": str(tmp_path), "DATABASE_URL": settings.database}
    subprocess.run([GREENROOM, "backup", str(tmp_path / "copy.gz")], env=environ, stderr=terminal, check=True, timeout=120)
    assert "100%" in os.read(shown, 100_000).decode()
    for end in (shown, terminal):
        os.close(end)


def test_a_backup_is_streamed_and_never_renamed_over_a_device(house: list[UUID], greenroom: Greenroom, tmp_path: Path) -> None:
    streamed = greenroom("backup", "-")
    head = json.loads(gzip.decompress(streamed.stdout_bytes).splitlines()[0])
    assert head["format"] == "greenroom copy 2"
    assert "written to -" in streamed.stderr
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert greenroom("backup", str(pipe)).exit_code == 0
    reader.join()
    assert pipe.is_fifo()
    assert json.loads(gzip.decompress(read[0]).splitlines()[0])["format"] == "greenroom copy 2"
