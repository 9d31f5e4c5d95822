"""A search of the queue finds a word however it is spelt, on both databases."""

from datetime import UTC, datetime

import pytest

from service.actions.sites.sites_and_keys import add_site
from service.domain.ids import new_id
from service.store.db.engine import Database
from service.store.moderation import queue
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.accounts import Role
from tests.support.seeding import Seed, sow


@pytest.mark.parametrize(
    ("held", "name", "words"),
    [
        ("Наша Ёлка стоит", "Ann", "ёлка"),
        ("Vive l'ÉCOLE", "Ann", "école"),
        ("a word", "Ödön", "ödön"),
        ("a word", "Ωμέγα", "ωμέγα"),
        ("Our café is open", "Ann", "cafe\u0301"),
        ("We ﬁnd it good", "Ann", "find"),
        ("The sum is 50%", "Ann", "50%"),
        ("Die Straße am Fluss", "Ann", "STRASSE"),
    ],
)
def test_a_held_comment_is_found_by_another_spelling(database: Database, held: str, name: str, words: str) -> None:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    ids = sow(database, "news", [Seed(held, name), Seed("Something else entirely", "Zed")])
    with database.reading() as session:
        page = queue.listing(session, "news", QueueFilter(words=words), moderator_id=new_id(), role=Role.ADMIN, limit=9)
    assert [row.id for row in page.rows] == ids[:1]
