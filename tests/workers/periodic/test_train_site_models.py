"""Training: decisions become a site model, which is used once it is better, and forgets decisions that were undone."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event as listen
from sqlalchemy import select, update

from service.actions.comments.edit_erase import erase
from service.actions.learning.risk_budget import renew_limits, set_budget
from service.actions.learning.site_model import begin_learning, forget_model
from service.actions.moderation.decide import Actor, Ruling, decide, undo
from service.config import Settings
from service.domain.ids import new_id
from service.domain.policy import site_thresholds
from service.domain.policy.risk_budget import Limits
from service.domain.policy.site_model_doubts import Doubt
from service.domain.policy.site_thresholds import SiteThresholds
from service.domain.states import State
from service.store.db.engine import Database
from service.store.learning.labels import is_spam, labels
from service.store.learning.site_models import site_model_of
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.site_models import SiteModelRow
from service.store.tables.sites import Site
from tests.support.factories import draft, moved, site, submitted
from tests.support.servers import wait_until
from workers.checking.check_pending import check_pending
from workers.periodic.train_site_models import learn_all, learn_site, put_back, start_learning
from workers.resources.worker_resources import WorkerResources

HOST = Actor(key_id=new_id())
NOTHING = timedelta(0)
WANTED = ["The {n} budget vote", "Trains to {n} stop early", "My neighbour at {n} plants roses", "Street {n} needs a bench"]
UNWANTED = ["Zorblax {n} is what I use", "Nobody beats zorblax for {n}", "I found {n} zorblax in town", "Zorblax, {n} of it"]


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(settings)
    yield resources
    resources.close()


def _taught(database: Database, count: int, *, site_id: str = "news") -> None:
    """This many comments, every second one about a topic that only this site rejects."""
    start = datetime.now(UTC) - timedelta(hours=5)
    with database.writing() as session:
        texts = [((UNWANTED if n % 2 else WANTED)[n // 2 % 4].format(n=n), n % 2) for n in range(count)]
        ids = submitted(session, *(draft(text) for text, _ in texts), site_id=site_id, now=start)
        for n, (comment_id, (_, unwanted)) in enumerate(zip(ids, texts, strict=True)):
            moved(session, comment_id, State.HELD)
            ruling = Ruling(comment_id, State.REJECTED if unwanted else State.APPROVED, None)
            decide(session, site_id, [ruling], actor=HOST, now=start + timedelta(seconds=n), delay=NOTHING)


def _trained(database: Database) -> bool:
    with database.reading() as session:
        model = site_model_of(session, "news")
    return model is not None and model.trained_at is not None


def _verdict(database: Database, resources: WorkerResources, text: str, *, website: str = "") -> tuple[str, list[dict]]:
    with database.writing() as session:
        (comment_id,) = submitted(session, draft(text, author={"url": website}), now=datetime.now(UTC))
    check_pending(resources, seconds=60.0)
    with database.reading() as session:
        row = session.scalar(select(VerdictRow).where(VerdictRow.comment_id == comment_id))
        return session.get_one(Comment, comment_id).state, row.reasons


def test_a_site_teaches_what_it_does_not_want(
    database: Database, resources: WorkerResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No sampling. Otherwise one rejection in fifty, chosen by the comment's id, would be held for a person.
    monkeypatch.setattr(site_thresholds, "SAMPLE", 0)
    with database.writing() as session:
        site(session)
        site(session, "blog")
    assert _verdict(database, resources, "Try a little zorblax at home")[0] == State.APPROVED
    _taught(database, 160)
    assert learn_all(database) == ["news"]
    with database.reading() as session:
        model = site_model_of(session, "news")
    assert model.active
    assert model.report["judged"] >= 100
    assert model.report["right"] > model.report["right_shipped"]
    state, reasons = _verdict(database, resources, "Some more zorblax for all")
    assert (state, [reason["code"] for reason in reasons]) == (State.HELD, ["spam.site_model"])
    assert "it has no link or contact" in reasons[0]["rule"]
    state, reasons = _verdict(database, resources, "Some more zorblax for everybody", website="https://zorblax.example")
    assert state == State.REJECTED
    assert [reason["code"] for reason in reasons] == ["spam.beyond_doubt"]
    assert reasons[0]["spans"][0]["text"] == "zorblax"
    assert learn_all(database) == []


def test_what_was_taken_back_or_rewritten_is_no_label(database: Database) -> None:
    with database.writing() as session:
        site(session)
    _taught(database, 6)
    with database.writing() as session:
        decisions = session.scalars(select(Decision).order_by(Decision.at)).all()
        undo(session, "news", [decisions[0].id], actor=HOST, now=datetime.now(UTC), delay=NOTHING)
        session.execute(update(Comment).where(Comment.id == decisions[1].comment_id).values(state=State.PENDING))
    with database.reading() as session:
        decided, _ = is_spam(session, "news")
        kept = list(labels(session, decided))
    assert [label.comment_id for label in kept] == [one.comment_id for one in decisions[2:]]
    assert [label.rejected for label in kept] == [False, True, False, True]


def test_a_model_that_moderators_overrule_is_put_back_and_learns_from_it(
    database: Database, resources: WorkerResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_thresholds, "SAMPLE", 0)
    with database.writing() as session:
        site(session)
    _taught(database, 160)
    learn_all(database)
    texts = [f"Some more zorblax for all {n} of us" for n in range(8)]
    with database.writing() as session:
        ids = submitted(session, *(draft(text) for text in texts), now=datetime.now(UTC))
    check_pending(resources, seconds=60.0)
    _decided(database, ids[:4], State.APPROVED)
    assert put_back(database) == []
    _decided(database, ids[4:], State.APPROVED)
    assert put_back(database) == ["news"]
    with database.reading() as session:
        model = site_model_of(session, "news")
    assert (model.active, model.report["doubt"], model.report["overruled"]) == (False, Doubt.OVERRULED, 8)
    assert put_back(database) == []
    assert _verdict(database, resources, "Some more zorblax for everybody else")[0] == State.APPROVED


def test_a_model_that_moderators_confirm_stays(database: Database, resources: WorkerResources) -> None:
    with database.writing() as session:
        site(session)
    _taught(database, 160)
    learn_all(database)
    with database.writing() as session:
        ids = submitted(session, *(draft(f"Much zorblax for {n} of you") for n in range(12)), now=datetime.now(UTC))
    check_pending(resources, seconds=60.0)
    _decided(database, ids[:5], State.APPROVED)
    _decided(database, ids[5:], State.REJECTED)
    assert put_back(database) == []


def _decided(database: Database, ids: Sequence[UUID], state: State) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        decide(session, "news", [Ruling(each, state, None) for each in ids], actor=HOST, now=now, delay=NOTHING)


def test_few_decisions_make_no_model_and_are_not_tried_again_and_again(database: Database) -> None:
    with database.writing() as session:
        site(session)
    _taught(database, 30)
    with database.writing() as session:
        ids = session.scalars(select(Decision.id).order_by(Decision.at).limit(20)).all()
        undo(session, "news", ids, actor=HOST, now=datetime.now(UTC), delay=NOTHING)
    assert learn_all(database) == ["news"]
    with database.reading() as session:
        model = site_model_of(session, "news")
    assert (model.labels, model.active, model.weights) == (10, False, "")
    assert learn_all(database) == []


def test_one_process_learns_at_a_time(database: Database) -> None:
    with database.writing() as session:
        site(session)
        assert begin_learning(session, "news", now=datetime.now(UTC))
        assert not begin_learning(session, "news", now=datetime.now(UTC))
    assert not learn_site(database, "news")
    with database.writing() as session:
        assert begin_learning(session, "news", now=datetime.now(UTC) + timedelta(minutes=11))


def test_a_model_is_not_kept_where_one_of_its_comments_was_erased_meanwhile(database: Database) -> None:
    with database.writing() as session:
        site(session)
    _taught(database, 60)
    with database.reading() as session:
        unwanted = list(session.scalars(select(Comment.id).where(Comment.state == State.REJECTED)))

    def erased(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if unwanted and statement.startswith("SELECT revision"):
            while unwanted:
                with database.writing() as session:
                    erase(session, "news", unwanted.pop(), now=datetime.now(UTC))

    listen.listen(database.engine, "before_cursor_execute", erased)
    assert not learn_site(database, "news")
    with database.reading() as session:
        model = site_model_of(session, "news")
    assert (model.weights, model.labels, model.active) == ("", 0, False)
    assert learn_all(database) == ["news"]
    with database.reading() as session:
        assert site_model_of(session, "news").labels == 30


def test_learning_happens_in_a_process_of_its_own(
    database: Database, resources: WorkerResources, capfd: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        site(session)
    assert not start_learning(resources)
    _taught(database, 40)
    wait_until(lambda: start_learning(resources), what="the first training")
    wait_until(lambda: _trained(database), what="a model")
    with database.reading() as session:
        model = site_model_of(session, "news")
    assert (model.labels, model.active) == (40, False)
    # A model that was just trained is not trained again, however often comments are erased.
    with database.writing() as session:
        forget_model(session, "news")
    assert not start_learning(resources)
    with database.writing() as session:
        session.get_one(SiteModelRow, "news").trained_at = datetime.now(UTC) - timedelta(minutes=1)
    wait_until(lambda: start_learning(resources), what="the next training")
    assert '"process": "learner", "event": "site_model_trained", "site": "news", "labels": 40' in capfd.readouterr().err


def test_who_learns_does_not_outlive_its_parent(settings: Settings) -> None:
    command = [sys.executable, "-m", "workers.periodic.train_site_models", "1"]
    answer = subprocess.run(command, input=settings.database.encode(), capture_output=True, timeout=120, check=False)
    assert answer.returncode == 1


def test_limits_are_found_again_with_each_training(database: Database) -> None:
    with database.writing() as session:
        site(session)
        set_budget(session, "news", SiteThresholds(published=20, rejected=20), Limits(0.1, 0.2, 0.0, 0))
    _taught(database, 30)
    assert learn_all(database) == ["news"]
    with database.reading() as session:
        kept = SiteThresholds.of(session.get_one(Site, "news").policy)
    assert (kept.published, kept.publish_below, kept.reject_from) == (20, None, None)
    with database.writing() as session:
        assert not renew_limits(session, "news", SiteThresholds(published=30), Limits(0.1, 0.2, 0.0, 0))
