"""`greenroom backup` and `restore` with `s3://`: streamed, complete or not there, and errors that say what to do."""

import sys
from io import BufferedReader
from pathlib import Path
from random import Random

import pytest

from service.commands.support.object_storage import Prefix
from service.commands.support.storage_errors import StorageProblem
from service.store.db.engine import Database
from service.store.lifecycle import dump
from tests.commands.conftest import Greenroom
from tests.commands.object_storage.conftest import SECRET, Swift
from tests.support.old_installation import House

obstore = pytest.importorskip("obstore")
MEGABYTE = 2**20
#: For what is the same on both databases.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_backup_comes_back_from_a_bucket(
    greenroom: Greenroom, house: House, database: Database, place: str, tmp_path: Path
) -> None:
    file = f"{place}/2026/all.jsonl.gz"
    written = greenroom("backup", file)
    assert written.exit_code == 0, written.output
    assert f"written to {file}" in written.output
    assert Prefix.of(f"{place}/2026").names() == ["all.jsonl.gz"]
    checked = greenroom("restore", "--check", file)
    assert "keeps its promises" in checked.output, checked.output
    url = f"sqlite:///{tmp_path / 'other.db'}"
    assert "restored: 1 site" in greenroom("restore", file, on=url).output
    there = Database(url)
    with database.reading() as here, there.reading() as other:
        assert dump.counts(other)["comment"] == dump.counts(here)["comment"]
    there.close()


def test_a_large_file_is_sent_while_it_is_written(swift: Swift, place: str) -> None:
    """Swift keeps here what it got in memory, also the parts of an unfinished upload."""
    piece, prefix, before = Random(1).randbytes(MEGABYTE), Prefix.of(place), swift.memory()
    with prefix.whole("large") as file:
        for _ in range(40):
            file.write(piece)
        assert swift.memory() - before > 16 * MEGABYTE
        assert not prefix.exists("large")
    with prefix.open("large") as file:
        assert all(file.read(MEGABYTE) == piece for _ in range(40))
        assert file.read() == b""


def test_a_broken_off_upload_is_not_there(place: str) -> None:
    prefix = Prefix.of(place)
    for size in (10, 20 * MEGABYTE):
        with pytest.raises(ZeroDivisionError), prefix.whole("half") as file:
            file.write(b"x" * size)
            raise ZeroDivisionError
    with prefix.whole("unwanted", lambda: False) as file:
        file.write(b"x")
    assert prefix.names() is None
    assert not prefix.exists("half")


def test_a_file_that_another_program_replaced_is_noticed(place: str) -> None:
    """The other program writes between the end of the upload and the comparison."""

    class Disturbed(Prefix):
        def open(self, name: str) -> BufferedReader:
            obstore.put(self._store, name, b"other words")
            return super().open(name)

    prefix = Prefix.of(place)
    with pytest.raises(StorageProblem, match="not what was sent"), Disturbed(prefix.bucket, prefix.path).whole("file") as file:
        file.write(b"some words")


@on_sqlite
@pytest.mark.parametrize(
    ("changed", "address", "advice"),
    [
        ({}, "s3://nowhere/all.jsonl.gz", "no such bucket"),
        ({"AWS_ACCESS_KEY_ID": "test:reader"}, None, "let it list, read and write here"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, None, "refuses the access key"),
        ({"AWS_ACCESS_KEY_ID": "test:nobody"}, None, "refuses the access key"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, None, "cannot be reached"),
        ({}, "s3://copies", "expected an address like s3://bucket/name.jsonl.gz"),
        ({}, "s3:///copies/all.jsonl.gz", "expected an address like s3://bucket/prefix"),
    ],
    ids=["no bucket", "no right", "wrong secret", "unknown key", "no network", "no name", "no name of a bucket"],
)
def test_an_error_says_what_to_do_and_shows_no_secret(
    greenroom: Greenroom, house: House, place: str, monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str], address: str | None, advice: str,
) -> None:  # fmt: skip
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    refused = greenroom("backup", address or f"{place}/all.jsonl.gz")
    assert refused.exit_code in (1, 2)
    assert advice in refused.output
    for hidden in ("Traceback", SECRET, "Signature", "Debug source", "<Error>"):
        assert hidden not in refused.output


@on_sqlite
def test_a_missing_file_is_named(greenroom: Greenroom, place: str) -> None:
    missing = greenroom("restore", "--check", f"{place}/none.jsonl.gz")
    assert missing.exit_code == 1
    assert f"Error: {place}/none.jsonl.gz: there is no such file" in missing.output


@on_sqlite
def test_without_the_package_its_name_is_said(greenroom: Greenroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    for words in (("backup", "s3://copies/all.jsonl.gz"), ("archive", "check", "s3://copies/old")):
        assert "`pip install greenroom[s3]`" in greenroom(*words).output
