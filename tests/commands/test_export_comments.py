"""`greenroom export --format`: a site's comments leave in a form that other systems read, and come back the same."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from service.actions.comments.edit_erase import erase
from service.actions.moderation.decide import Actor, Ruling, decide
from service.domain.states import State
from service.store.comments.exported import ExportedComment, exported_comments
from service.store.comments.find_sent_before import PRIVATE
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from tests.commands.conftest import Greenroom
from tests.support.factories import NOON, draft, moved, site, submitted

TEXTS = (
    "<b>5 > 4</b> & ]]> so &amp; on",
    "  two\n\n\n\nlines ✓",
    "=HYPERLINK(1)",
    "'=quoted",
    "Erased",
    'A reply; "said", she',
    "Contact",
)


@pytest.fixture
def comments(database: Database) -> list[UUID]:
    """Comments in every state, with replies, under ids of the host and without, and texts that are hard to carry."""
    with database.writing() as session:
        site(session)
        site(session, "again")
        author = {"name": "+Ann", "url": "https://ann.example", "id": "reader-1", "email": "ann@mail.example"}
        ids = submitted(
            session,
            draft(TEXTS[0], external_id="17", author=author),
            draft(TEXTS[1], parent="17"),
            draft(TEXTS[2], external_id="host:3", thread="=other"),
            draft(TEXTS[3], context={"posted_at": datetime(2019, 1, 1, 10, tzinfo=UTC)}),
            draft(TEXTS[4], external_id="gone"),
            draft(TEXTS[5], parent="gone"),
            draft(TEXTS[6], thread=f"{PRIVATE}form"),
        )
        for comment_id, state in zip(ids, ("approved", "rejected", "held"), strict=False):
            moved(session, comment_id, State(state))
        ruling = Ruling(ids[0], State.REJECTED, None)
        decide(session, "news", [ruling], actor=Actor(key_id=ids[0]), now=NOON, delay=timedelta(0))
        erase(session, "news", ids[4], now=NOON)
    return ids


def _comments(database: Database, site_id: str) -> dict[str, tuple[object, ...]]:
    with database.reading() as session:
        return {comment.id.name: _facts(comment) for comment in exported_comments(session, site_id)}


def _facts(one: ExportedComment) -> tuple[object, ...]:
    parent = one.parent.name if one.parent else None
    return parent, one.thread, one.text.strip(), one.state, one.decided, one.posted_at, one.author_name, one.author_url


@pytest.mark.parametrize("form", ["wxr", "jsonl", "csv"])
def test_a_site_leaves_and_comes_back_the_same(
    form: str, greenroom: Greenroom, database: Database, comments: list[UUID], tmp_path: Path
) -> None:
    file = tmp_path / f"news.{form}.gz"
    said = greenroom("export", "news", str(file), "--format", form)
    assert f"written to {file}: 5 comments" in said.output, said.output
    assert file.stat().st_mode & 0o077 == 0
    assert "ann@mail.example" not in gzip.decompress(file.read_bytes()).decode()
    back = greenroom("import", str(file), "--site", "again")
    assert back.exit_code == 0, back.output
    assert "5 comments imported into again" in back.output
    assert _comments(database, "again") == _comments(database, "news")
    assert len(_comments(database, "again")) == 5


def test_the_forms_are_those_that_others_read(
    greenroom: Greenroom, database: Database, comments: list[UUID], tmp_path: Path
) -> None:
    files = {form: tmp_path / f"news.{form}" for form in ("wxr", "jsonl", "csv")}
    for form, file in files.items():
        assert greenroom("export", "news", str(file), "--format", form).exit_code == 0
    (line,) = [line for line in map(json.loads, files["jsonl"].open()) if line["id"] == "17"]
    assert (line["thread"]["id"], line["state"], line["decided"]) == ("page", "rejected", "true")
    with files["csv"].open(newline="") as table:
        rows = {row["id"]: row for row in csv.DictReader(table)}
    assert (rows["host:3"]["text"], rows["host:3"]["thread_id"], rows["17"]["author_name"]) == (
        "'=HYPERLINK(1)",
        "'=other",
        "'+Ann",
    )
    xml = files["wxr"].read_text()
    assert "<wp:comment_id><![CDATA[17]]></wp:comment_id>" in xml
    assert xml.count("<wp:comment_parent><![CDATA[17]]>") == 1
    assert xml.count("<item>") == 2
    with database.reading() as session:
        assert str(session.scalars(select(Comment.id).where(Comment.external_id == "host:3")).one().int & ((1 << 62) - 1)) in xml


def test_one_person_has_a_form_of_their_own(greenroom: Greenroom, comments: list[UUID], tmp_path: Path) -> None:
    said = greenroom("export", "news", str(tmp_path / "x"), "--format", "csv", "--person", "reader-1")
    assert said.exit_code == 1
    assert "--person writes its own form: leave out --format" in said.output
