"""A trial judges a comment like any other, and stores nothing."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from service.actions.comments.submit import Submission
from service.actions.sites.word_lists import set_list
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread
from service.store.tables.idempotency import IdempotencyKey
from service.store.tables.outbox import Event
from tests.support.factories import draft, site, submitted
from workers.checking.trial import try_out


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("What a thoughtful article, thank you.", State.APPROVED),
        ("You are a complete fuckwit and so is your dog.", State.HELD),
        ("A zeppelin over the bridge.", State.REJECTED),
    ],
)
def test_a_trial_knows_the_sites_rules_and_leaves_nothing(
    database: Database, settings: Settings, words: str, state: State
) -> None:
    with database.writing() as session:
        site_id = site(session)
        set_list(session, site_id, "blocked_words", ["zeppelin"])
    for _ in range(12):
        assert try_out(Submission(site_id, draft(words)), database, settings).verdict.state is state
    with database.reading() as session:
        for record in (Comment, Thread, Event, IdempotencyKey):
            assert session.scalar(select(func.count()).select_from(record)) == 0


def test_a_trial_sees_what_the_site_has_stored(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        site_id = site(session)
    words = "Come and look at my wonderful new garden chairs."
    with database.writing() as session:
        submitted(session, *(draft(words, thread=f"page {n}") for n in range(12)), now=datetime.now(UTC))
    assert (
        try_out(Submission(site_id, draft(words, thread="another page")), database, settings).verdict.state is not State.APPROVED
    )


def test_a_trial_says_what_was_read_and_in_which_language(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        site_id = site(session)
        set_list(session, site_id, "blocked_words", ["zeppelin"])

    def told(words: str) -> tuple[str, bool, bool]:
        result = try_out(Submission(site_id, draft(words)), database, settings)
        return result.language, bool(result.uncovered), result.read_deeply

    assert told("A calm word about the old bridge.") == ("en", False, True)
    assert told("A zeppelin over the bridge, you vermin.") == ("en", False, True)
    assert told("Das ist nicht gut und ich bin nicht deiner Meinung.") == ("de", False, False)
    assert told("Þetta er ekki gott og ég er ekki sammála því sem þú segir.") == ("is", True, False)
