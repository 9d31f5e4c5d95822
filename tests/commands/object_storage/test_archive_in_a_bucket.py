"""`greenroom archive` with `s3://`: comments move into a bucket and back, are erased there, and one archiver is at work."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from service.actions.comments.edit_erase import erase
from service.commands.support.object_storage import Prefix
from service.store.db.engine import Database
from service.store.lifecycle import dump
from tests.commands.conftest import Greenroom
from tests.support.old_installation import SECRET, House, no_longer_learned_from


def _rows(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(line for line in dump.written(session) if not line.startswith(('["audit_log",', '["archive",')))


def _words(place: str) -> str:
    prefix = Prefix.of(place)
    names = [name for name in prefix.names() or () if name.endswith(".jsonl.gz")]
    return "".join(gzip.decompress(prefix.open(name).read()).decode() for name in names)


@pytest.fixture
def moved(greenroom: Greenroom, database: Database, house: House, place: str) -> list[str]:
    """Archives the old comments. Returns the rows before."""
    with database.writing() as session:
        no_longer_learned_from(session, house)
    before = _rows(database)
    done = greenroom("archive", "--older-than", "365d", "--to", place, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["comments"] == 11
    return before


def test_what_left_for_a_bucket_comes_back_the_same(
    greenroom: Greenroom, database: Database, moved: list[str], place: str
) -> None:
    assert _rows(database) != moved
    assert SECRET in _words(place)
    checked = greenroom("archive", "check", place)
    assert "ok    news-" in checked.output, checked.output
    restored = greenroom("archive", "restore", place)
    assert restored.exit_code == 0, restored.output
    assert _rows(database) == moved


def test_a_prefix_without_files_is_refused_before_anything_is_erased(greenroom: Greenroom, house: House, place: str) -> None:
    refused = greenroom("erase", "news", "--address", "192.0.2.7", "--archives", f"{place}-misspelt", "--yes")
    assert refused.exit_code == 1
    assert "expected a folder that `greenroom archive` wrote" in refused.output
    assert "are erased" not in refused.output


def test_what_is_erased_later_leaves_the_bucket(
    greenroom: Greenroom, database: Database, house: House, moved: list[str], place: str
) -> None:
    gone = greenroom("erase", "news", "--address", "192.0.2.7", "--archives", place, "--yes")
    assert gone.exit_code == 0, gone.output
    assert SECRET not in _words(place)
    with database.writing() as session:
        erase(session, "news", house["answer"], now=datetime.now(UTC))
    assert greenroom("archive", "erase", place, "--yes").exit_code == 0
    assert "ok    news-" in greenroom("archive", "check", place).output


def test_damage_is_noticed_and_one_archiver_works_at_a_time(
    greenroom: Greenroom, database: Database, moved: list[str], place: str
) -> None:
    prefix = Prefix.of(place)
    with prefix.alone(database) as is_ours:
        assert is_ours
        busy = greenroom("archive", "erase", place, "--yes")
        assert "another `greenroom archive` is at work here" in busy.output
    (name,) = (name for name in prefix.names() or () if name.endswith(".jsonl.gz"))
    with prefix.whole(name) as file:
        file.write(b"nothing of the kind")
    wrong = greenroom("archive", "check", place)
    assert wrong.exit_code == 1
    assert f"WRONG {name}" in wrong.output
    assert "expected a folder that" in greenroom("archive", "check", f"{place}-elsewhere").output
