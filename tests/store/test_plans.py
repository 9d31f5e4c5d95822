"""Every frequent query uses an index, on both databases, so that its cost does not grow with the table."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from service.actions.comments.apply_verdicts import JudgedComment, apply_verdicts, prepare
from service.actions.comments.submit import Submission, submit
from service.actions.webhooks.create_deliveries import create_deliveries
from service.domain.ids import new_id, thread_id
from service.domain.policy.judge import judge
from service.domain.policy.site_thresholds import SiteThresholds
from service.domain.retention import Retention
from service.domain.states import State
from service.store.comments import feed, feed_replies, listing
from service.store.comments.check_input import claimed_comments
from service.store.comments.claim import claim, claimed_since, first_free, judged_among, oldest_pending, oldest_unclaimed
from service.store.comments.find_by_text import newest_with
from service.store.comments.idempotency import any_expired, delete_expired
from service.store.comments.related_counts import MOST
from service.store.db.by_site import is_by_site
from service.store.db.engine import Database
from service.store.learning import site_models
from service.store.learning.labels import is_spam, labels
from service.store.learning.ordinary_comments import ordinary_comments
from service.store.learning.scored_decisions import scored_decisions
from service.store.lifecycle import archives
from service.store.lifecycle.archivable import Archivable, archivable, leaving
from service.store.lifecycle.archive_rows import rows_of_comments
from service.store.moderation import authors, cards, groups, queue, queue_counts, search
from service.store.moderation.decision_log import DecisionFilter, list_decisions
from service.store.moderation.decisions import last_decision
from service.store.moderation.queue_conditions import conditions_of
from service.store.moderation.queue_filter import Order, QueueFilter, Tab
from service.store.reports import daily_statistics
from service.store.sites.list_hits import list_hits
from service.store.sites.rule_backtest import past_comments
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.idempotency import forget_key_of
from service.store.webhooks import deliveries
from tests.support.factories import PSEUDONYMS, draft, moved, site, submitted

#: Tables that grow with the comments. A full scan of one of them is always wrong.
GROWING = (
    "comment",
    "event",
    "delivery",
    "attempt",
    "decision",
    "verdict",
    "revision",
    "idempotency_key",
    "daily_statistics",
    "archived_comment",
)
ME = new_id()
PAGE = thread_id("news", "page")
PLACE = listing.Position(datetime(2026, 1, 1, tzinfo=UTC), new_id())
SEVERAL = [Submission("news", draft(external_id=name, parent=name), key=name) for name in "abc"]
OLD = Archivable("news", datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC), Retention(), None)


def _now() -> datetime:
    return datetime.now(UTC)


def _queue(asked: QueueFilter) -> Callable[[Session], object]:
    def ask(session: Session) -> object:
        page = queue.listing(session, "news", asked, moderator_id=ME, role=Role.ADMIN, limit=20)
        return cards.cards(session, "news", page.rows, asked, moderator_id=ME, now=_now())

    return ask


def _feed(part: feed.FeedSlice) -> Callable[[Session], object]:
    return lambda session: feed.published_in(session, "news", PAGE, part, most_text=1_000, scan=10)


def _settle(session: Session) -> object:
    calm = [
        JudgedComment(item, (), judge((), item.rules))
        for item in claimed_comments(session, _ids(session), now=_now(), site_id="news")
    ]
    return apply_verdicts(session, prepare(calm), token=new_id(), now=_now())


QUESTIONS: dict[str, Callable[[Session], object]] = {
    "is anything pending": lambda s: first_free(s, now=_now(), lease=timedelta(seconds=30)),
    "the oldest pending": oldest_pending,
    "does no worker live": lambda s: (
        oldest_unclaimed(s, now=_now(), lease=timedelta(seconds=30)),
        claimed_since(s, _now(), lease=timedelta(seconds=30)),
    ),
    "claim fresh ones": lambda s: claim(s, token=new_id(), limit=200, now=_now(), lease=timedelta(seconds=30)),
    "claim one again": lambda s: claim(s, token=new_id(), limit=1, now=_now(), lease=timedelta(seconds=30), again=True),
    "what the checks read": lambda s: claimed_comments(s, _ids(s), now=_now(), site_id="news"),
    "the queue, oldest first": _queue(QueueFilter()),
    "the queue by priority": _queue(QueueFilter(order=Order.PRIORITY)),
    "the queue by thread": _queue(QueueFilter(order=Order.THREAD)),
    "escalated to me": _queue(QueueFilter(tab=Tab.YOURS)),
    "those alike": _queue(QueueFilter(alike=PAGE)),
    "what is decided along": lambda s: groups.members(
        s, "news", _ids(s)[0], 1, until=_now(), conditions=conditions_of("news", QueueFilter())
    ),
    "the approved": _queue(QueueFilter(tab=Tab.APPROVED)),
    "my decisions": _queue(QueueFilter(tab=Tab.MINE)),
    "the numbers on the tabs": lambda s: queue_counts.counts(s, "news", moderator_id=ME, role=Role.ADMIN),
    "a day for the charts": lambda s: daily_statistics.statistics_of(s, "news", _now().date(), now=_now()),
    "a search of all comments": lambda s: search.search(s, "news", search.SearchFilter(words="word"), limit=20),
    "what is named exactly": lambda s: search.find_exactly(
        s, "news", search.ExactNames((PAGE,), ("4711",), ("i:x",)), search.SearchFilter()
    ),
    "what a page of an author listed": lambda s: authors.listed_comments(
        s, "news", authors.Listed(_ids(s)[0], _now(), _now()), (State.APPROVED,)
    ),
    "hits of the lists": lambda s: list_hits(s, "news"),
    "authors by name": lambda s: authors.authors(s, "news", words="jo"),
    "one author": lambda s: authors.author_of(s, "news", _ids(s)[0]),
    "what the checks decided alone": lambda s: list_decisions(
        s, "news", DecisionFilter(automatic=True), after=(_now(), PAGE), limit=20
    ),
    "the days of the charts": lambda s: (
        daily_statistics.days(s, "news", since=_now().date()),
        daily_statistics.last_count(s, "news"),
    ),
    "is anything due": lambda s: deliveries.anything_due(s, now=_now()),
    "does no delivery worker live": lambda s: deliveries.deliveries_claimed_since(s, _now(), lease=timedelta(seconds=30)),
    "due events become deliveries": lambda s: create_deliveries(s, now=_now()),
    "is the feed the same as before": lambda s: feed.head_of(s, "news", PAGE),
    "the feed": _feed(feed.FeedSlice(after=None, limit=50, newest_first=False, roots=True)),
    "the feed, flat and newest first": _feed(feed.FeedSlice(PLACE, 50, True, roots=False)),
    "the replies to one comment": _feed(feed.FeedSlice(PLACE, 50, False, roots=True, parent=new_id())),
    "the replies of a feed": lambda s: feed_replies.replies_to(s, "news", _ids(s), most=3, most_text=1),
    "the list by state": lambda s: listing.comments_of(s, "news", listing.CommentFilter(state=State.HELD, after=PLACE, limit=20)),
    "the list by thread": lambda s: listing.comments_of(s, "news", listing.CommentFilter(thread="page", after=PLACE, limit=20)),
    "the list since": lambda s: listing.comments_of(
        s, "news", listing.CommentFilter(updated_after=_now(), after=PLACE, limit=20)
    ),
    "one comment with its history": lambda s: (listing.comment_of(s, "news", PAGE), listing.history_of(s, PAGE)),
    "the last decision": lambda s: last_decision(s, "news", PAGE),
    "who waits for a verdict": lambda s: judged_among(s, _ids(s)),
    "the same words again": lambda s: newest_with(s, "news", "f" * 32, "words", since=_now()),
    "is any key kept long enough": lambda s: any_expired(s, now=_now()),
    "keys that are kept long enough": lambda s: delete_expired(s, now=_now() + timedelta(days=2)),
    "what there is to learn": lambda s: site_models.due_for_training(s, now=_now()),
    "what stands without a decision": lambda s: list(ordinary_comments(s, "news", until=_now(), most=100)),
    "what a rule is tried on": lambda s: past_comments(s, "news", authors=True),
    "what people decided": lambda s: [list(labels(s, is_spam(s, "news")[0])), scored_decisions(s, "news", SiteThresholds())],
    "names and keys of several": lambda s: submit(s, SEVERAL, pseudonyms=PSEUDONYMS, now=_now()),
    "forget the key of an erased comment": lambda s: forget_key_of(s, "news", PAGE, received_at=_now()),
    "who is in an archive": lambda s: (archives.absent(s, "news", PAGE), archives.erased_among(s, _ids(s))),
    "what left for a file": lambda s: archives.known_among(s, _ids(s)),
    "what is old enough to leave": lambda s: (archivable(s, OLD, after=(_now(), PAGE), limit=9), leaving(s, OLD, _ids(s))),
    "the bundles of some": lambda s: rows_of_comments(s, dict.fromkeys(_ids(s), True)),
    "the list of the host": lambda s: listing.comments_of(s, "news", listing.CommentFilter(limit=20)),
}


def _ids(session: Session) -> list[Any]:
    return list(
        session.execute(
            Comment.__table__.select().with_only_columns(Comment.id).where(Comment.site_id == "news").limit(5)
        ).scalars()
    )


@pytest.fixture
def grown(database: Database) -> Iterator[Database]:
    """A few comments: enough to query, since only the plan counts."""
    with database.writing() as session:
        site(session)
        who = [{"name": "Jo", "email": f"jo{n % 3}@example.org"} for n in range(20)]
        ids = submitted(session, *(draft(f"A calm word, number {n}.", author=jo) for n, jo in enumerate(who)), now=_now())
        for comment_id in ids[10:]:
            moved(session, comment_id, State.HELD)
        submit(session, [Submission("news", draft(), key=key) for key in "xyz"], pseudonyms=PSEUDONYMS, now=_now())
    yield database


def test_no_table_that_grows_is_read_whole(grown: Database) -> None:
    for name, question in QUESTIONS.items():
        for statement, plan in _plans(grown, question):
            whole = [line for line in plan if _reads_whole(line)]
            assert not whole, f"{name}: {whole} in {statement}"


def test_those_alike_are_found_by_what_they_share(grown: Database) -> None:
    """SQLite has no statistics here: it might scan an index of the whole queue once for each card."""
    if grown.on_sqlite:
        plans = [line for _, plan in _plans(grown, _queue(QueueFilter())) for line in plan]
        assert any("INDEX ix_comment_wording " in line for line in plans), plans


def test_neighbours_are_counted_newest_first_in_their_indexes_alone(grown: Database) -> None:
    """An author with thousands of comments must not make every verdict read all of them, and no plan may read the whole site."""
    plan = [
        line for statement, plan in _plans(grown, QUESTIONS["what the checks read"]) if "w.site_id" in statement for line in plan
    ]
    rows = [line for line in plan if " comment c" in line or "SEARCH c " in line]
    assert len(rows) == 3
    for line in rows:
        assert "COVERING INDEX" in line or "Index Only Scan Backward" in line, plan
        assert re.search("ix_comment_(fingerprint|author|ip) ", line), plan


def test_when_much_was_written_is_asked_by_an_index_alone_where_much_came_at_once(grown: Database) -> None:
    with grown.writing() as session:
        jo = {"name": "Jo", "email": "jo@example.org"}
        ids = submitted(session, *(draft(f"Much at once, number {n}.", author=jo) for n in range(12)), now=_now())
    quiet = [statement for statement, _ in _plans(grown, QUESTIONS["what the checks read"])]
    plans = {
        statement: plan
        for statement, plan in _plans(grown, lambda s: claimed_comments(s, ids, now=_now(), site_id="news"))
        if statement not in quiet
    }
    (plan,) = [plan for statement, plan in plans.items() if "posted_at" in statement]
    assert not [line for line in plan if _reads_whole(line)]
    for index in ("fingerprint", "author", "ip"):
        assert any(f"ix_comment_{index} " in line for line in plan), plan


def test_the_past_of_an_author_on_the_queue_page_is_counted_in_the_index_alone(grown: Database) -> None:
    if grown.on_sqlite:
        plans = [line for _, plan in _plans(grown, QUESTIONS["the queue, oldest first"]) for line in plan]
        assert any("USING COVERING INDEX ix_comment_author " in line for line in plans), plans
        assert not any("USING INDEX ix_comment_author " in line for line in plans), plans


def test_the_same_sent_a_thousand_times_is_counted_no_further(grown: Database) -> None:
    with grown.writing() as session:
        ids = [submitted(session, *(draft("The same words.") for _ in range(101)), now=_now()) for _ in range(10)]
        reading = claimed_comments(session, ids[0][:1], now=_now(), site_id="news")[0].reading
    assert reading.recent.same_text == MOST - 1


def test_a_backlog_is_not_read_for_each_batch(grown: Database) -> None:
    """Stale statistics: PostgreSQL analysed the table while nothing was pending, so it expects one pending row."""
    if grown.on_sqlite:
        return
    with grown.writing() as session:
        session.execute(update(Comment).values(state=State.HELD))
        session.connection().exec_driver_sql("ANALYZE comment")
        submitted(session, *(draft(f"A word that waits, number {n}.") for n in range(20)), now=_now())
    claims = [line for _, plan in _plans(grown, QUESTIONS["claim fresh ones"]) for line in plan]
    # With Citus the site of the oldest is asked for first.
    with grown.reading() as session:
        looks = 1 + is_by_site(session)
    assert len([line for line in claims if "ix_comment_pending" in line]) == looks, claims
    settling = [line for _, plan in _plans(grown, _settle) for line in plan]
    assert not [line for line in settling if "ix_comment_pending" in line], settling


def test_a_question_without_an_index_is_caught(grown: Database) -> None:
    plans = _plans(grown, lambda s: s.execute(Comment.__table__.select().where(Comment.author_name == "Jo")))
    assert any(_reads_whole(line) for _, plan in plans for line in plan)


def _reads_whole(line: str) -> bool:
    words = line.replace("->", "").split()
    if words[:2] == ["Seq", "Scan"]:
        return words[3] in GROWING
    return words[0] == "SCAN" and words[1] in GROWING and "INDEX" not in words


def _plans(database: Database, question: Callable[[Session], object]) -> list[tuple[str, list[str]]]:
    """Every statement of a query with its plan, explained in the same transaction. PostgreSQL must use an index if it has one."""
    explained: list[tuple[str, list[str]]] = []
    explain = "EXPLAIN QUERY PLAN " if database.on_sqlite else "EXPLAIN "

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if many or not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        other = cursor.connection.cursor()
        rows = other.execute(explain + statement, parameters).fetchall()
        explained.append((statement, [str(row[-1]) for row in rows]))
        other.close()

    with database.writing() as session:
        if not database.on_sqlite:
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(database.engine, "before_cursor_execute", listen)
        try:
            question(session)
        finally:
            event.remove(database.engine, "before_cursor_execute", listen)
    assert explained
    return explained
