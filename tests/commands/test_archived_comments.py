"""A comment in an archive: pages and hosts are told, its name stays taken, and erasing reaches the files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.actions.comments.edit_erase import erase
from service.actions.comments.submit import Accepted, Submission, submit
from service.actions.sites.sites_and_keys import add_key
from service.config import Settings
from service.domain.errors import Conflict, InArchive, NotFound
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.lifecycle.archives import absent
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Event, EventType
from service.store.tables.site_models import SiteModelRow
from service.store.tables.sites import Scope
from tests.commands.archive_command import keeps_its_promises, run_archive, said
from tests.commands.conftest import Greenroom
from tests.support.factories import PSEUDONYMS, draft
from tests.support.old_installation import SECRET, House
from tests.support.sign_in import Browser, moderator, serving


def test_pages_and_hosts_are_told_that_something_is_in_an_archive(
    greenroom: Greenroom, settings: Settings, database: Database, house: House, tmp_path: Path
) -> None:
    run_archive(greenroom, tmp_path / "archive")
    with database.writing() as session:
        _, key = add_key(session, "news", scopes=[Scope.READ, Scope.SUBMIT], now=datetime.now(UTC))
    with serving(settings) as app:
        browser = Browser(app).signed_in(moderator(database, "mo@news.example", site="news"))
        page = browser.get(f"/queue/comments/{house['approved-2']}?site=news")
        assert page.status_code == 200
        assert "Older history has been archived." in page.get_data(as_text=True)
        assert browser.get(f"/queue/comments/{house['rejected-2']}?site=news").status_code == 409

        def seen(name: str) -> TestResponse:
            return browser.client.get(f"/v1/comments/{house[name]}", headers={"Authorization": f"Bearer {key}"})

        assert (seen("rejected-2").status_code, seen("rejected-2").get_json()["code"]) == (409, "archived")
        # A host must not take it for erased.
        refused = browser.client.delete(f"/v1/comments/{house['rejected-2']}", headers={"Authorization": f"Bearer {key}"})
        assert (refused.status_code, refused.get_json()["code"]) == (409, "archived")
        assert "restore" in refused.get_json()["detail"]
        told = seen("approved-2").get_json()
        assert (told["state"], told["verdict"], told["archived"]) == ("approved", None, 1)
        assert (seen("young").get_json()["archived"], len(seen("young").get_json()["history"])) == (0, 2)


def test_an_empty_folder_is_no_archive(greenroom: Greenroom, house: House, tmp_path: Path) -> None:
    """Whoever names the wrong folder must not read that nothing was found in it."""
    erased = greenroom("erase", "news", "--email", "nobody@news.example", "--archives", str(tmp_path), "--yes")
    assert erased.exit_code == 1
    assert "expected a folder that `greenroom archive` wrote" in erased.output


def test_erasing_a_person_reaches_the_archive(greenroom: Greenroom, database: Database, house: House, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    run_archive(greenroom, folder)
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.state == State.HELD).values(text="", author_url=""))
        session.add(SiteModelRow(site_id="news", weights="of the answer, maybe"))
        session.flush()
        erase(session, "news", house["answer"], now=datetime.now(UTC))
        session.expire_all()
        assert not session.get_one(SiteModelRow, "news").weights, "a decision in an archive may have taught it"
    assert SECRET in said(folder)
    assert str(house["answer"]) in said(folder)
    assert keeps_its_promises(greenroom) == ["A9"]
    swept = greenroom("archive", "erase", str(folder), "--yes", "--json")
    assert json.loads(swept.stdout)["erased"] == 1, swept.output
    assert str(house["answer"]) not in said(folder)
    assert keeps_its_promises(greenroom) == []

    named = greenroom("erase", "news", "--email", "nobody@news.example", "--yes")
    assert "these archives may hold more of the same" in named.output
    assert str(folder) in named.output
    erased = greenroom("erase", "news", "--address", "192.0.2.7", "--archives", str(folder), "--yes", "--json")
    assert json.loads(erased.stdout)["erased"] == 10, erased.output
    assert SECRET not in said(folder)
    assert PSEUDONYMS.address("192.0.2.7") not in said(folder)
    assert greenroom("archive", "check", str(folder)).exit_code == 0
    keeps_its_promises(greenroom)
    with database.reading() as session:
        # The host gets an event as for any other comment.
        told = set(session.scalars(select(Event.comment_id).where(Event.type == EventType.ERASED)))
        assert {house[f"rejected-{n}"] for n in range(3)} <= told
        assert session.get_one(Comment, house["rejected-0"]).state == State.ERASED
    back = json.loads(greenroom("archive", "restore", str(folder), "--json").stdout)
    assert back["restored"] == 1, "the tombstone"
    with database.reading() as session:
        assert SECRET not in "\n".join(dump.written(session))


def test_a_name_that_went_into_an_archive_gets_no_second_comment(
    greenroom: Greenroom, database: Database, house: House, tmp_path: Path
) -> None:
    run_archive(greenroom, tmp_path / "archive")
    with database.writing() as session:
        again, answer, answer_by_id = submit(
            session,
            [
                Submission("news", draft(f"{SECRET} rejected 1", external_id="rejected-1")),
                Submission("news", draft("An answer.", parent="rejected-1")),
                Submission("news", draft("Another.", parent=str(house["rejected-2"]))),
            ],
            pseudonyms=PSEUDONYMS,
            now=datetime.now(UTC),
        )
        assert isinstance(again, Conflict)
        assert str(house["rejected-1"]) in again.detail
        assert isinstance(answer, Accepted)
        assert isinstance(answer_by_id, Accepted)
        assert isinstance(absent(session, "news", house["rejected-1"]), InArchive)
        assert isinstance(absent(session, "blog", house["rejected-1"]), NotFound)
        with pytest.raises(InArchive, match="in the archive news-"):
            erase(session, "news", house["rejected-1"], now=datetime.now(UTC))


def test_a_comment_comes_back_to_the_thread_that_its_own_was_moved_to(
    greenroom: Greenroom, database: Database, house: House, tmp_path: Path
) -> None:
    with database.reading() as session:
        names = {thread.id: thread.external_id for thread in session.scalars(select(Thread).where(Thread.site_id == "news"))}
        before = {
            comment.id: names[comment.thread_id] for comment in session.scalars(select(Comment)) if comment.site_id == "news"
        }
    run_archive(greenroom, tmp_path / "archive")
    for name in names.values():
        done = greenroom("thread", "move", "news", name, f"moved {name}")
        assert done.exit_code == 0, done.output
    done = greenroom("archive", "restore", str(tmp_path / "archive"), "--json")
    assert json.loads(done.stdout)["skipped"] == {}, done.output
    with database.reading() as session:
        after = session.execute(select(Comment.id, Thread.external_id).join(Thread).where(Comment.site_id == "news"))
        assert dict(after.all()) == {comment: f"moved {name}" for comment, name in before.items()}
    assert keeps_its_promises(greenroom) == []
