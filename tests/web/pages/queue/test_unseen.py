"""What the checks decided alone, on tabs of its own, with the sample of the audit; and the order "most serious first"."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update

from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from service.store.db.engine import Database
from service.store.learning.labels import is_spam
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event, EventState
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser
from tests.web.pages.queue.queue_page import cards_of, state_of

SAMPLE = Kind.SITE_AUDIT_SAMPLE
SPAM = (Signal(Kind.SPAM_MODEL, 0.99, "reads like spam"),)


def keep(dana: Browser, comment_id: object, word: str) -> None:
    fields = {"site": "news", "view": "/queue?site=news&tab=published_unseen", "comment": str(comment_id), "act": f"keep:{word}"}
    assert dana.post("/queue/decide", fields).status_code == 303


def test_each_tab_lists_what_nobody_has_seen_and_its_sample(dana: Browser, database: Database) -> None:
    published, rejected, held, fine, bad = sow(
        database,
        "news",
        [
            Seed("published", state=State.APPROVED, minutes=9),
            Seed("rejected", state=State.REJECTED, minutes=8),
            Seed("held", minutes=7),
            Seed("would have been approved", kind=SAMPLE, score=0.5, minutes=6),
            Seed("would have been rejected", kind=SAMPLE, score=0.5, also=SPAM, minutes=5),
        ],
    )
    assert cards_of(dana.get("/queue?tab=published_unseen")) == [str(fine), str(published)]
    assert cards_of(dana.get("/queue?tab=rejected_unseen")) == [str(bad), str(rejected)]
    assert str(held) in cards_of(dana.get("/queue"))


def test_agreement_takes_it_off_the_list_is_a_label_and_no_news_to_the_host(dana: Browser, database: Database) -> None:
    (published,) = sow(database, "news", [Seed("published", state=State.APPROVED)])
    with database.writing() as session:
        session.execute(update(Event).values(state=EventState.WITHDRAWN, at=datetime.now(UTC)))
    keep(dana, published, "approved")
    assert cards_of(dana.get("/queue?tab=published_unseen")) == []
    assert state_of(database, published) == State.APPROVED
    with database.reading() as session:
        assert session.scalars(select(Event.state).order_by(Event.seq)).all() == [EventState.WITHDRAWN] * 2
        assert [(one.comment_id, one.state) for one in is_spam(session, "news")[0]] == [(published, State.APPROVED)]


def test_agreement_is_undone_and_redone(dana: Browser, database: Database) -> None:
    (published,) = sow(database, "news", [Seed("published", state=State.APPROVED)])
    dana.get("/queue")
    item = {"id": str(published), "version": version_of(database, published)}
    first, second = str(uuid4()), str(uuid4())
    for path, body in (
        ("actions", {"action_id": first, "act": "keep", "reason": "approved", "items": [item]}),
        ("actions/undo", {"action_id": first}),
        ("actions/redo", {"action_id": first, "anew": second}),
    ):
        assert [outcome["ok"] for outcome in dana.send(f"/queue/{path}?site=news", body).json["outcomes"]] == [True], path
    assert state_of(database, published) == State.APPROVED


def version_of(database: Database, comment_id: UUID) -> int:
    with database.reading() as session:
        return session.get_one(Comment, comment_id).version


def test_most_serious_first_is_by_gravity(dana: Browser, database: Database) -> None:
    kinds = [
        (Kind.SITE_HOLDS_EVERYTHING, 1.0),
        (Kind.SPAM_MODEL, 0.99),
        (Kind.PROFANITY_STRONG, 0.95),
        (Kind.ABUSE_THREAT, 0.6),
    ]
    ids = sow(
        database, "news", [Seed(f"text {n}", kind=kind, score=score, minutes=9 - n) for n, (kind, score) in enumerate(kinds)]
    )
    assert cards_of(dana.get("/queue?order=priority")) == [str(one) for one in reversed(ids)]
    with database.reading() as session:
        assert all(0 < score < 1 for score in session.scalars(select(Comment.score)))
