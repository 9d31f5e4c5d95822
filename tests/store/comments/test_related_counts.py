"""Related comments are counted by text, author and address, each separately."""

from datetime import UTC, datetime, timedelta

from service.domain.states import State
from service.store.comments.check_input import claimed_comments
from service.store.db.engine import Database
from tests.support.factories import draft, moved, site, submitted

JO = {"author": {"name": "Jo", "email": "jo@example.org"}, "context": {"ip": "203.0.113.9"}}


def test_neighbours_are_counted_each_for_itself(database: Database) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        site(session)
        site(session, "other")
        earlier = submitted(session, *(draft(f"A calm word, number {n}.", **JO) for n in range(6)), now=now - timedelta(days=2))
        for comment_id, state in zip(earlier, [State.APPROVED] * 3 + [State.REJECTED] * 2, strict=False):
            moved(session, comment_id, state)
        submitted(session, draft("The same words.", **JO), site_id="other", now=now)
        submitted(session, draft("The same words."), draft("The same words.", thread="another"), now=now)
        submitted(session, draft("A word of somebody else.", context=JO["context"]), now=now)
        mine = submitted(session, draft("The same words.", **JO), draft("Quite another one.", **JO), now=now)
        asked = {item.comment_id: item.reading for item in claimed_comments(session, mine, now=now, site_id="news")}
    first, second = (asked[comment_id] for comment_id in mine)
    assert (first.history.approved, first.history.rejected) == (3, 2)
    assert (first.recent.by_author, first.recent.by_address) == (1, 2)
    assert (first.recent.same_text, first.recent.same_text_other_threads) == (2, 1)
    assert (second.recent.same_text, second.recent.by_author, second.history.approved) == (0, 1, 3)


def test_a_flood_of_long_ago_is_seen_by_its_times_of_writing(database: Database) -> None:
    """Ten comments by one author, written within minutes in 2014 on two threads, imported among comments of other days."""
    now, old = datetime.now(UTC), datetime(2014, 5, 1, 7, 30, tzinfo=UTC)
    with database.writing() as session:
        site(session)
        times = [old + timedelta(minutes=n) for n in range(10)]
        burst = [draft("The same words.", thread=f"page {n % 2}", **written(at)) for n, at in enumerate(times)]
        rest = [draft(f"Other words, {n}.", **written(old + timedelta(days=n + 1))) for n in range(30)]
        ids = submitted(session, *burst, *rest, draft("Words of today.", **JO), now=now)
        by_words = {item.reading.text: item.reading.recent for item in claimed_comments(session, ids, now=now, site_id="news")}
    in_burst, later, today = by_words["The same words."], by_words["Other words, 7."], by_words["Words of today."]
    assert (in_burst.by_author, in_burst.by_address, in_burst.same_text, in_burst.same_text_other_threads) == (9, 9, 9, 1)
    assert (later.by_author, later.by_address, later.same_text) == (0, 0, 0)
    assert (today.by_author, today.by_address) == (0, 0)


def test_a_host_that_sends_the_time_of_writing_with_all_comments_hides_no_flood(database: Database) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        site(session)
        live = [draft(f"Words, {n}.", **(written(now - timedelta(seconds=n)) if n % 2 else JO)) for n in range(30)]
        ids = submitted(session, *live, now=now)
        counts = {
            (item.reading.recent.by_author, item.reading.recent.by_address)
            for item in claimed_comments(session, ids, now=now, site_id="news")
        }
    assert counts == {(29, 29)}


def written(at: datetime) -> dict[str, dict[str, object]]:
    """A comment by Jo, with the time it was written."""
    return {"author": JO["author"], "context": {**JO["context"], "posted_at": at}}
