"""Submit: comments are stored once and refused clearly, and a bad draft does not harm the others in its batch."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.actions.comments.submit import Accepted, Submission, submit
from service.domain.errors import Conflict, InProgress, KeyReused
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.idempotency import IdempotencyKey
from tests.support.factories import NOON, PSEUDONYMS, draft, site, submitted


@pytest.fixture(autouse=True)
def _site(database: Database) -> None:
    with database.writing() as session:
        site(session)
        site(session, "blog")


def _submit(database: Database, *submissions: Submission) -> list:
    with database.writing() as session:
        return submit(session, submissions, pseudonyms=PSEUDONYMS, now=NOON)


def _stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment)) or 0


def test_a_batch_is_stored_with_one_thread_for_all(database: Database) -> None:
    outcomes = _submit(database, *(Submission("news", draft(f"word {n}")) for n in range(5)))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Thread)) == 1
        assert {c.text for c in session.scalars(select(Comment))} == {f"word {n}" for n in range(5)}


def test_an_email_domain_longer_than_any_real_one_is_cut(database: Database) -> None:
    with database.writing() as session:
        (comment_id,) = submitted(session, draft(author={"email": f"ann@{'x' * 300}.example"}))
        assert session.scalars(select(Comment.email_domain).where(Comment.id == comment_id)).one() == "x" * 255


def test_the_same_key_and_body_give_the_same_comment(database: Database) -> None:
    again = Submission("news", draft(), key="k1", body_digest="d1")
    (first,), (second,) = _submit(database, again), _submit(database, again)
    assert second == Accepted(first.comment_id, replayed=True)
    assert _stored(database) == 1


def test_the_same_key_with_another_body_is_refused(database: Database) -> None:
    _submit(database, Submission("news", draft(), key="k1", body_digest="d1"))
    (refused,) = _submit(database, Submission("news", draft("other"), key="k1", body_digest="d2"))
    assert isinstance(refused, KeyReused)
    assert refused.faults[0].pointer == "header:Idempotency-Key"


def test_the_same_key_twice_in_one_batch_is_in_progress(database: Database) -> None:
    again = Submission("news", draft(), key="k1", body_digest="d1")
    first, second = _submit(database, again, again)
    assert isinstance(first, Accepted)
    assert isinstance(second, InProgress)


def test_a_key_of_one_site_means_nothing_on_another(database: Database) -> None:
    _submit(database, Submission("news", draft(), key="k1", body_digest="d1"))
    (other,) = _submit(database, Submission("blog", draft("x"), key="k1", body_digest="d2"))
    assert isinstance(other, Accepted)
    assert not other.replayed


def test_the_hosts_own_id_is_the_natural_key(database: Database) -> None:
    (first,) = _submit(database, Submission("news", draft(external_id="wp-1")))
    again, other = _submit(database, Submission("news", draft(external_id="wp-1")), Submission("blog", draft(external_id="wp-1")))
    assert again == Accepted(first.comment_id, replayed=True)
    assert other.comment_id != first.comment_id


def test_the_hosts_own_id_never_hides_other_words(database: Database) -> None:
    _submit(database, Submission("news", draft(external_id="wp-1")))
    (refused,) = _submit(database, Submission("news", draft("other words", external_id="wp-1")))
    assert isinstance(refused, Conflict)
    assert refused.faults[0].pointer == "/external_id"


def test_a_parents_id_counts_in_every_spelling(database: Database) -> None:
    (parent,) = _submit(database, Submission("news", draft()))
    spelled = (str(parent.comment_id).upper(), f"urn:uuid:{parent.comment_id}", parent.comment_id.hex)
    outcomes = _submit(database, *(Submission("news", draft(name, parent=name)) for name in spelled))
    with database.reading() as session:
        assert {session.get_one(Comment, o.comment_id).parent_id for o in outcomes} == {parent.comment_id}


def test_a_parent_is_found_by_either_name_and_only_in_its_thread(database: Database) -> None:
    (parent,) = _submit(database, Submission("news", draft(external_id="wp-1")))
    by_id, by_external, elsewhere, unknown = _submit(
        database,
        Submission("news", draft("a", parent=str(parent.comment_id))),
        Submission("news", draft("b", parent="wp-1")),
        Submission("news", draft("c", parent="wp-1", thread="another")),
        Submission("blog", draft("d", parent=str(parent.comment_id))),
    )
    assert isinstance(by_id, Accepted)
    assert isinstance(by_external, Accepted)
    for refused in (elsewhere, unknown):
        assert isinstance(refused, Conflict)
        assert refused.faults[0].pointer == "/parent"
    with database.reading() as session:
        assert session.get_one(Comment, by_external.comment_id).parent_id == parent.comment_id


def test_a_closed_thread_takes_nothing(database: Database) -> None:
    with database.writing() as session:
        submitted(session, draft())
        session.scalars(select(Thread)).one().state = ThreadState.CLOSED
    (refused,) = _submit(database, Submission("news", draft("late")))
    assert isinstance(refused, Conflict)
    assert refused.faults[0].pointer == "/thread/id"


def test_a_closed_thread_harms_no_other_of_its_batch(database: Database) -> None:
    with database.writing() as session:
        submitted(session, draft())
        session.scalars(select(Thread)).one().state = ThreadState.CLOSED
    other = Submission("news", draft("in time", thread="other", external_id="wp-1"), key="k1", body_digest="d1")
    refused, accepted = _submit(
        database, Submission("news", draft("late", external_id="wp-0"), key="k0", body_digest="d0"), other
    )
    assert isinstance(refused, Conflict)
    assert isinstance(accepted, Accepted)
    assert _submit(database, other) == [Accepted(accepted.comment_id, replayed=True)]
    assert _stored(database) == 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


def test_addresses_are_kept_only_as_keyed_hashes(database: Database) -> None:
    author, context = {"email": "Jo@Example.org", "name": "Jo"}, {"ip": "203.0.113.9", "honeypot": "http://x"}
    with database.writing() as session:
        first, second = submitted(
            session, draft(author=author, context=context), draft("b", author=author, context={"ip": "203.0.113.77"})
        )
    with database.reading() as session:
        a, b = session.get_one(Comment, first), session.get_one(Comment, second)
    assert a.author_key == b.author_key != ""
    assert a.ip_key == b.ip_key, "one /24 is one block"
    assert a.context["address"] != b.context.get("address")
    kept = repr({c.name: getattr(a, c.name) for c in Comment.__table__.columns})
    for secret in ("Jo@", "jo@example", "203.0.113", "http://x"):
        assert secret not in kept


def test_received_comments_keep_the_order_of_time(database: Database) -> None:
    with database.writing() as session:
        ids = [submitted(session, draft(str(n)), now=NOON + timedelta(seconds=n))[0] for n in range(3)]
    assert ids == sorted(ids)
