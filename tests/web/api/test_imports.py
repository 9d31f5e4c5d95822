"""An imported old thread arrives within seconds. Floods are counted by the time the comments were written."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, VerdictRow

OLD = datetime(2014, 5, 1, 7, 30, tzinfo=UTC)
READERS, COMMENTS = 7, 300
#: Texts that recur in a thread over years, also word for word, and also with a link to the same host.
REMARKS = [
    "Thank you very much for keeping this thread open.",
    "The harbour was lovely in winter, and nobody was there.",
    "My father worked in that mill until it was closed, year {n}.",
    "See https://harbour-friends.example/minutes/{n} for the minutes of the meeting.",
    "I walked across the old bridge again this morning, it was the walk number {n} of the season.",
]


def old_comment(number: int, *, posted: bool) -> dict[str, object]:
    """One comment of a thread whose readers write every few hours for years."""
    written = {"posted_at": (OLD + timedelta(hours=5 * number)).isoformat()} if posted else {}
    return {
        "thread": {"id": f"harbour {number % 3}"},
        "author": {"name": f"Reader {number % READERS}", "email": f"reader{number % READERS}@example.org"},
        "text": REMARKS[number % len(REMARKS)].format(n=number),
        "external_id": f"old-{number}",
        "context": {"ip": f"203.0.113.{number % READERS}", **written},
    }


def verdicts(
    client: FlaskClient, settle_all: Callable[[], int], database: Database, *, posted: bool
) -> tuple[Counter[str], Counter[str]]:
    """The states of an imported thread, and the codes of all reasons."""
    for number in range(COMMENTS):
        assert client.post("/v1/comments", json=old_comment(number, posted=posted)).status_code == 202
    settled = 0
    while some := settle_all():
        settled += some
    assert settled == COMMENTS
    with database.reading() as session:
        reasons = Counter(reason["code"] for row in session.scalars(select(VerdictRow)) for reason in row.reasons)
        # On a busy machine the transformer has no time for all comments, which a note says.
        del reasons[Kind.NOT_READ]
        return Counter(session.scalars(select(Comment.state))), reasons


def test_an_imported_thread_is_no_flood(client: FlaskClient, settle_all: Callable[[], int], database: Database) -> None:
    found = verdicts(client, settle_all, database, posted=True)
    assert found == (Counter({State.APPROVED: COMMENTS}), Counter())


def test_an_import_without_times_of_writing_is_held_and_never_rejected(
    client: FlaskClient, settle_all: Callable[[], int], database: Database
) -> None:
    states, reasons = verdicts(client, settle_all, database, posted=False)
    assert states[State.REJECTED] == 0
    assert reasons["spam.velocity"] > COMMENTS / 2
