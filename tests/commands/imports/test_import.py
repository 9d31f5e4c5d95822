"""`greenroom import` of old comments: they arrive settled, once, and nothing happens because of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result
from sqlalchemy import func, select, update

from service.actions.comments.edit_erase import erase
from service.commands.imports import import_run
from service.config import Settings
from service.domain.ids import thread_id
from service.domain.states import State
from service.store.comments.feed import FeedSlice, published_in
from service.store.db.engine import Database
from service.store.learning.labels import is_spam
from service.store.lifecycle import integrity
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState
from service.store.tables.site_models import SiteModelRow
from tests.commands.conftest import Greenroom
from tests.commands.imports.test_formats import PAGE, SAMPLES
from tests.support.factories import draft, site, submitted
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

WXR = SAMPLES / "wxr.xml"


@pytest.fixture(autouse=True)
def news(database: Database) -> None:
    with database.writing() as session:
        site(session)


def _lines(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps({"state": "approved", "thread": "t", **line}) + "\n" for line in lines))
    return path


def _parents(database: Database) -> dict[str, str | None]:
    with database.reading() as session:
        names = {row.id: row.external_id for row in session.execute(select(Comment.id, Comment.external_id))}
        rows = session.execute(select(Comment.external_id, Comment.parent_id)).all()
    return {str(name): names.get(parent) for name, parent in rows}


def _checked(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return result.output


def test_old_comments_arrive_settled_with_dates_replies_and_states(greenroom: Greenroom, database: Database) -> None:
    said = _checked(greenroom("import", str(WXR), "--site", "news"))
    assert "4 comments imported into news: 2 approved, 1 rejected, 1 held; 2 with a person's decision" in said
    assert "1  not a comment of a reader (pingback, order note, …): 105" in said
    assert "1  no text: 107" in said
    assert "1  parent: 106" in said
    with database.reading() as session:
        page = FeedSlice(None, 10, newest_first=False, roots=False)
        feed = published_in(session, "news", thread_id("news", PAGE), page, most_text=10_000, scan=None).comments
        thread = session.get_one(Thread, thread_id("news", PAGE))
        held = session.scalars(select(Comment).where(Comment.state == State.HELD)).one()
    assert [(c.author_name, c.author_url, f"{c.received_at:%F %H:%M}") for c in feed] == [
        ("Ben", "http://www.ben.example", "2019-01-01 10:00"),
        ("Cay", "", "2019-01-01 11:30"),
    ]
    assert feed[1].parent == feed[0].id
    assert (thread.approved, thread.title, thread.url) == (2, "The library & its roof", PAGE)
    assert (held.external_id, held.version, held.parent_id) == ("106", 0, None)
    assert held.received_at == held.updated_at == datetime(2019, 1, 3, 10, tzinfo=UTC)


def test_nothing_is_checked_or_sent_and_every_promise_holds(greenroom: Greenroom, database: Database, settings: Settings) -> None:
    _checked(greenroom("import", str(WXR), "--site", "news"))
    resources = WorkerResources.open(settings)
    check_pending(resources)
    deliver(resources)
    resources.close()
    with database.reading() as session:
        assert set(session.scalars(select(Event.state))) == {EventState.WITHDRAWN}
        assert session.scalar(select(func.count()).select_from(Comment).where(Comment.judged_at.is_not(None))) == 0
        for find in (integrity.gaps, integrity.unchecked, integrity.duplicate_keys):
            assert find(session).count == 0, find.__name__
        labels, _ = is_spam(session, "news")
        decisions = session.scalars(select(Decision)).all()
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.event == "comments_imported"))
    assert [(label.state, f"{label.at:%F}") for label in labels] == [
        (State.APPROVED, "2019-01-01"),
        (State.REJECTED, "2019-01-02"),
    ]
    assert {(d.moderator_id, d.key_id) for d in decisions} == {(None, None)}
    assert entry.details == {"after": {"format": "wxr", "approved": 2, "rejected": 1, "held": 1}}


def test_a_second_run_stores_nothing_twice(greenroom: Greenroom, database: Database) -> None:
    _checked(greenroom("import", str(WXR), "--site", "news"))
    before = _parents(database)
    said = _checked(greenroom("import", str(WXR), "--site", "news"))
    assert "0 comments imported into news: none" in said
    assert "4 were here already" in said
    assert _parents(database) == before


def test_an_import_that_was_stopped_goes_on(
    greenroom: Greenroom, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    whole, cut = WXR.read_bytes(), tmp_path / "cut.xml"
    cut.write_bytes(whole[: whole.index(b"<wp:comment_id>104")])
    said = _checked(greenroom("import", str(cut), "--site", "news"), 1)
    assert "2 comments imported" in said
    assert "the XML ends or breaks here (no element found)" in said
    assert "2 comments imported" in _checked(greenroom("import", str(WXR), "--site", "news"))
    assert _parents(database) == {"102": None, "103": "102", "104": None, "106": None}


def test_a_dry_run_says_the_same_and_stores_nothing(greenroom: Greenroom, database: Database, tmp_path: Path) -> None:
    details = tmp_path / "details.jsonl"
    dry = _checked(greenroom("import", str(WXR), "--site", "news", "--dry-run", "--report", str(details)))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == 0
    real = _checked(greenroom("import", str(WXR), "--site", "news"))
    assert dry.replace("would be imported", "imported").splitlines() == real.splitlines()[: len(dry.splitlines())]
    assert {"id": "105", "left_out": "not a comment of a reader (pingback, order note, …)"} in map(json.loads, details.open())
    assert {"id": "103", "without": "website"} in map(json.loads, details.open())


def test_replies_find_parents_that_come_later_or_were_here_before(
    greenroom: Greenroom, database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        submitted(session, draft("Sent by the plugin.", thread="t", external_id="live"))
        session.execute(update(Thread).values(state=ThreadState.CLOSED))
    file = _lines(
        tmp_path / "old.jsonl",
        {"id": "late reply", "parent": "first", "text": "A"},
        {"id": "first", "parent": 0, "text": "B"},
        {"id": "to the plugin's", "parent": "live", "text": "C"},
        {"id": "live", "text": "Other words."},
        {"id": "lost", "parent": "nowhere", "text": "D"},
        {"id": "itself", "parent": "itself", "text": "E"},
        {"id": "live", "thread": "other", "text": "Another comment of this id."},
    )
    said = _checked(greenroom("import", str(file), "--site", "news"))
    assert "5 comments imported" in said
    assert "1 were here already" in said
    assert "2  parent: lost, itself" in said
    assert "1  its id belongs to another comment of this site: live" in said
    assert _parents(database) == {
        "live": None, "late reply": "first", "first": None, "to the plugin's": "live", "lost": None, "itself": None,
    }  # fmt: skip


def test_the_model_of_the_site_learns_from_past_decisions(greenroom: Greenroom, database: Database, tmp_path: Path) -> None:
    spam = [{"id": f"s{n}", "text": f"Zorblax ships {n} pills today", "state": "spam"} for n in range(40)]
    calm = [{"id": f"c{n}", "text": f"The bus came {n} minutes late.", "decided": True} for n in range(40)]
    rest = [{"id": f"r{n}", "text": f"Bus number {n} goes past the mill."} for n in range(130)]
    said = _checked(greenroom("import", str(_lines(tmp_path / "old.jsonl", *spam, *calm, *rest)), "--site", "news"))
    assert "the site's model learned from 40 approvals and 40 rejections; it is " in said
    with database.reading() as session:
        assert session.get_one(SiteModelRow, "news").labels == 80


def test_lines_without_a_state_are_imported_only_with_one(greenroom: Greenroom, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text('{"text": "Old mill.", "thread": "t"}\n{"text": "Old mill.", "thread": "t"}\n')
    assert "2  no state (`--state` gives one to these)" in _checked(greenroom("import", str(file), "--site", "news"))
    said = _checked(greenroom("import", str(file), "--site", "news", "--state", "held"))
    assert "2 comments imported into news: 2 held" in said
    assert "2  date: " in said
    assert "2 were here already" in _checked(greenroom("import", str(file), "--site", "news", "--state", "held"))


def test_a_wrong_call_says_what_to_do(greenroom: Greenroom, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear diary,\n")
    for file, words, said in (
        (WXR, [], "old comments need a site: name it with --site"),
        (WXR, ["--site", "nobody"], "no site 'nobody'; `greenroom site add` makes one"),
        (WXR, ["--site", "news", "--format", "disqus"], "has no comments in the form of disqus"),
        (WXR, ["--site", "news", "--base", "paper"], "--base: expected an address like https://blog.example"),
        (notes, ["--site", "news"], "shows no format that is known: name it with --format (wxr, "),
    ):
        assert said in _checked(greenroom("import", str(file), *words), 1)


def test_an_erased_comment_stays_erased(greenroom: Greenroom, database: Database) -> None:
    _checked(greenroom("import", str(WXR), "--site", "news"))
    with database.writing() as session:
        comment_id = session.scalars(select(Comment.id).where(Comment.external_id == "102")).one()
        erase(session, "news", UUID(str(comment_id)), now=datetime.now(UTC))
    assert "4 were here already" in _checked(greenroom("import", str(WXR), "--site", "news"))
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).text == ""
