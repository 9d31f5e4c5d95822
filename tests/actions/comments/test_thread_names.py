"""The title and the address of a thread follow its page."""

import pytest
from sqlalchemy import select

from service.actions.comments.submit import Submission, submit
from service.domain.draft import Draft, DraftThread
from service.store.comments.feed import head_of
from service.store.db.engine import Database
from service.store.tables.comments import Thread
from tests.support.factories import NOON, PSEUDONYMS, site

Names = list[tuple[str, str, str]]


@pytest.fixture(autouse=True)
def _sites(database: Database) -> None:
    with database.writing() as session:
        site(session)
        site(session, "blog")


def send(database: Database, *threads: DraftThread, site_id: str = "news", external_id: str = "", by_host: bool = True) -> None:
    drafts = [Draft(thread=thread, text="A word.", external_id=external_id) for thread in threads]
    with database.writing() as session:
        submit(session, [Submission(site_id, draft, by_host=by_host) for draft in drafts], pseudonyms=PSEUDONYMS, now=NOON)


def names(database: Database, site_id: str = "news") -> Names:
    with database.reading() as session:
        rows = session.scalars(select(Thread).where(Thread.site_id == site_id).order_by(Thread.external_id))
        return [(row.external_id, row.url, row.title) for row in rows]


OLD, NEW = (
    DraftThread("moved", "https://n.example/old", "Old headlne"),
    DraftThread("moved", "https://n.example/new", "New headline"),
)


def test_the_newest_title_and_address_that_the_host_sent_count(database: Database) -> None:
    send(database, OLD, DraftThread("other", "", "Other"))
    send(database, OLD, site_id="blog")
    send(database, OLD, NEW)
    assert names(database) == [("moved", NEW.url, NEW.title), ("other", "", "Other")]
    assert names(database, "blog") == [("moved", OLD.url, OLD.title)]
    send(database, DraftThread("moved"))
    send(database, DraftThread("moved", title="Newest"))
    assert names(database)[0] == ("moved", NEW.url, "Newest")


def test_what_a_reader_or_a_replay_sends_renames_nothing(database: Database) -> None:
    send(database, OLD, external_id="1")
    send(database, NEW)
    send(database, OLD, external_id="1")
    send(database, OLD, by_host=False)
    assert names(database) == [("moved", NEW.url, NEW.title)]


def test_a_feed_has_a_new_version_only_when_a_name_changed(database: Database) -> None:
    versions = []
    for thread in (OLD, OLD, NEW, NEW):
        send(database, thread)
        with database.reading() as session:
            versions.append(head_of(session, "news", session.scalars(select(Thread.id)).one()).version)
    assert versions == [0, 0, 1, 1]
