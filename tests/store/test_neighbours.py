"""What stands near a comment is counted by its words, its author and its address, each for itself."""

from datetime import UTC, datetime, timedelta

from service.domain.states import State
from service.store.engine import Database
from service.store.readings import waiting
from tests.factories import draft, moved, site, submitted

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
        asked = {item.comment_id: item.reading for item in waiting(session, mine, now=now)}
    first, second = (asked[comment_id] for comment_id in mine)
    assert (first.history.approved, first.history.rejected) == (3, 2)
    assert (first.recent.by_author, first.recent.by_address) == (1, 2)
    assert (first.recent.same_text, first.recent.same_text_other_threads) == (2, 1)
    assert (second.recent.same_text, second.recent.by_author, second.history.approved) == (0, 1, 3)
