"""The way of a comment with Citus: each statement names the site, but for those that look which site has work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from service.actions.comments.author_addresses import keep_address
from service.actions.comments.submit import Accepted, Submission, submit
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.webhooks.create_deliveries import create_deliveries
from service.actions.webhooks.endpoints import add_endpoint
from service.actions.webhooks.record_attempts import AttemptResult, record_attempts
from service.domain.draft import DraftThread
from service.domain.ids import new_id, thread_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.domain.webhooks.retry_schedule import Answer
from service.setting_sources import load
from service.store.comments.author_addresses import settled_addresses
from service.store.comments.feed import FeedSlice, head_of, published_in
from service.store.comments.feed_replies import replies_to
from service.store.db.engine import Database
from service.store.learning.site_models import decided_on_active_models, due_for_training
from service.store.moderation import cards, queue
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.site_models import SiteModelRow
from service.store.webhooks import deliveries
from service.store.webhooks.outgoing import outgoing
from tests.store.db.citus_rules import judge
from tests.support.factories import PSEUDONYMS, draft, site
from tests.support.servers import Postgres
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SECRET = "a secret that only the tests know, long enough"
LINKS, BOX = ReaderLinks.from_secret(SECRET, "https://greenroom.example"), SecretBox.from_secret(SECRET)
SITES = ("news", "blog")
LEASE = timedelta(seconds=60)
#: The statements that look on all nodes which site has work, by their beginnings.
LOOKS = (
    "SELECT comment.claims FROM comment WHERE comment.state = 'pending'",
    "SELECT comment.site_id FROM comment WHERE comment.state = 'pending'",
    "SELECT EXISTS (SELECT * FROM event WHERE event.state = 'due'",
    "SELECT event.id, event.site_id, event.comment_id, event.about_id, event.seq FROM event WHERE event.state = 'due'",
    "SELECT endpoint.id, endpoint.site_id, endpoint.failures, endpoint.kind, endpoint.slow_milliseconds FROM endpoint",
    "SELECT delivery.id, delivery.site_id FROM delivery WHERE delivery.event_id IS NULL AND delivery.state = 'due'",
    "SELECT DISTINCT delivery.site_id FROM delivery WHERE delivery.id IN",
)


@pytest.fixture
def resources(postgres: Postgres, tmp_path: Path) -> Iterator[WorkerResources]:
    url = postgres.fresh_database()
    settings = {"DATABASE_URL": url, "GREENROOM_CITUS": "true", "GREENROOM_HOME": str(tmp_path), "GREENROOM_SECRET_KEY": SECRET}
    resources = WorkerResources.open(load(settings))
    yield resources
    resources.close()
    postgres.drop_database(url)


@pytest.fixture
def statements(resources: WorkerResources) -> list[str]:
    """What this test sends to PostgreSQL."""
    sent: list[str] = []

    @event.listens_for(resources.database.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    return sent


def test_each_step_of_a_comment_names_its_site(resources: WorkerResources, statements: list[str]) -> None:
    database, now = resources.database, datetime.now(UTC)
    with database.writing() as session:
        for name in SITES:
            site(session, name)
            add_endpoint(session, name, url=f"https://{name}.example/hook", secret_box=BOX, now=now)
    statements.clear()
    _accept(database, now)
    check_pending(resources, seconds=60)
    # Where the checks were too slow, a comment is held.
    _decide(database, State.APPROVED, now)
    _read(database)
    _decide(database, State.HELD, now)
    _look_at_queue(database, now)
    _deliver(database, datetime.now(UTC))
    assert len(set(statements)) > 40
    assert [statement for statement in statements if judge(statement).objections] == []
    everywhere = {" ".join(statement.split()) for statement in statements if not judge(statement).is_routed}
    assert [statement for statement in everywhere if not statement.startswith(LOOKS)] == []
    assert [look for look in LOOKS if not any(statement.startswith(look) for statement in everywhere)] == []


def test_what_asks_about_all_sites_asks_each_on_its_node(resources: WorkerResources, statements: list[str]) -> None:
    """A statement that Citus refuses would raise here (`watch_statements`)."""
    now = datetime.now(UTC)
    with resources.database.writing() as session:
        for name in SITES:
            site(session, name)
            flood = [Submission(name, draft("The same words.", author={"name": "Ines"})) for _ in range(12)]
            [first, *_] = submit(session, flood, pseudonyms=PSEUDONYMS, now=now)
            assert isinstance(first, Accepted)
            assert keep_address(session, first.comment_id, "ines@mail.example", secret_box=BOX, now=now)
            session.add(SiteModelRow(site_id=name, active=True, trained_at=now - LEASE, labels=1))
    check_pending(resources, seconds=60)
    with resources.database.writing() as session:
        for comment in session.scalars(select(Comment)).all():
            ruling = Ruling(comment.id, State.REJECTED, None)
            decide(session, comment.site_id, [ruling], actor=Actor(key_id=new_id()), now=now, delay=timedelta(0))
    with resources.database.reading() as session:
        assert {site.site_id for site in due_for_training(session, now=now)} == set(SITES)
        assert {name for name, _ in decided_on_active_models(session, fewest=1)} == set(SITES)
        assert {row.Site.id for row in settled_addresses(session, before=now + LEASE)} == set(SITES)
        # The ORM names the site, too, when it changes a row that it found by its id.
        statements.clear()
        session.get_one(Comment, first.comment_id).text = "Other words."
        session.flush()
        assert [judge(statement).is_routed for statement in statements if statement.startswith("UPDATE")] == [True]
        assert session.scalar(text("SHOW citus.multi_shard_modify_mode")) == "sequential"


def _accept(database: Database, now: datetime) -> None:
    for n in range(2):
        page = DraftThread("page", title=f"Calm {n}", url="https://news.example/page")
        words = replace(draft(f"A calm word {n}.", external_id=f"{n}", parent="0" if n else ""), thread=page)
        sent = [Submission(name, words, key=f"key {n}", by_host=True) for name in SITES]
        with database.writing() as session:
            assert all(isinstance(each, Accepted) for each in submit(session, sent, pseudonyms=PSEUDONYMS, now=now))


def _read(database: Database) -> None:
    with database.reading() as session:
        page = thread_id("news", "page")
        assert head_of(session, "news", page).approved == 2
        part = published_in(session, "news", page, FeedSlice(None, 50, newest_first=False, roots=True), most_text=1_000, scan=10)
        replies_to(session, "news", [comment.id for comment in part.comments], most=3, most_text=1_000)


def _decide(database: Database, state: State, now: datetime) -> None:
    with database.writing() as session:
        ids = session.scalars(select(Comment.id).where(Comment.site_id == "news")).all()
        rulings = [Ruling(comment_id, state, None) for comment_id in ids]
        decide(session, "news", rulings, actor=Actor(key_id=new_id()), now=now, delay=timedelta(0))


def _look_at_queue(database: Database, now: datetime) -> None:
    with database.reading() as session:
        asked = QueueFilter()
        page = queue.listing(session, "news", asked, moderator_id=new_id(), role=Role.ADMIN, limit=20)
        assert len(cards.cards(session, "news", page.rows, asked, moderator_id=new_id(), now=now)) == 2


def _deliver(database: Database, now: datetime) -> None:
    token = new_id()
    with database.writing() as session:
        assert deliveries.due_work(session, now=now).events
        created = create_deliveries(session, now=now, mails=True)
        assert created.events >= 6
    with database.writing() as session:
        ids = deliveries.claim(
            session, token=token, limit=10, slow_limit=10, room=lambda *_, **__: 10, now=now, lease=LEASE, probe_every=LEASE
        )
    with database.reading() as session:
        sent = outgoing(session, ids, token=token, now=now, links=LINKS, secret_box=BOX)
    assert len(sent) == len(ids) == 4
    answers = [AttemptResult(item, now, Answer(status=200 if n else 500, milliseconds=5)) for n, item in enumerate(sent)]
    with database.writing() as session:
        assert record_attempts(session, answers, now=now, probe_every=LEASE) == 4
