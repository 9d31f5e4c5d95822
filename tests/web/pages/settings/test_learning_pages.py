"""The pages for the site model and for custom rules: explained in words, and rules are tried before they count."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.actions.learning.site_model import begin_learning, keep_model
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.ids import new_id
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.sites import Site
from tests.support.factories import draft, submitted
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator, serving
from workers.checking.check_pending import check_pending
from workers.checks.model.site_model import SiteModel, packed
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    """An admin of one site."""
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))


def _settle(settings: Settings) -> None:
    resources = WorkerResources.open(settings)
    check_pending(resources)
    resources.close()


def test_a_page_tells_what_was_learned_and_what_a_word_weighs(ada: Browser, database: Database) -> None:
    assert "Learning starts after 25 decisions." in html_of(ada.get("/settings/site-model"))
    model = SiteModel({"_zorblax": 1.5, "_bench": -0.8, "buy zorblax": 0.4, "#host spam.example": 0.9, "zorb": 2.0}, 0.1, 1.0)
    record = {"judged": 120, "right": 0.955, "right_shipped": 0.7}
    with database.writing() as session:
        lease, now = begin_learning(session, "news", now=datetime.now(UTC)), datetime.now(UTC)
        keep_model(
            session,
            "news",
            lease=lease,
            weights=packed(model),
            labels=200,
            report=record,
            active=True,
            last_decision_at=None,
            now=now,
        )
    page = html_of(ada.get("/settings/site-model?word=Zorblax"))
    assert "In use" in page
    assert "96 % of your last" in page
    assert (
        page.index("Makes rejection more likely")
        < page.index("spam.example")
        < page.index("Makes approval more likely")
        < page.index("bench")
    )
    assert ">zorb<" not in page
    asked = page[page.index("</h2>") : page.index("Makes rejection more likely")]
    assert "buy zorblax" in asked
    assert "+1.50" in asked
    assert ada.get("/settings/site-model?site=blog").status_code == 404


def test_a_rule_is_tried_then_set_live_and_holds(ada: Browser, database: Database, settings: Settings) -> None:
    seeds = [Seed("A new bench", "Al", state=State.APPROVED), Seed("Hello", "Bo", state=State.APPROVED)]
    sow(database, "news", seeds)
    tried = html_of(ada.get("/settings/custom-rules?about=words&value=bench,+the+mayor"))
    assert "Would have held 1 of the last 2 comments." in tried
    assert "1 of them are published" in tried
    with database.reading() as session:
        assert "rules" not in session.get_one(Site, "news").policy
    form = {"site": "news", "about": "words", "value": "bench, the mayor", "thread": ""}
    assert ada.post("/settings/custom-rules", form | {"act": "shadow"}).status_code == 303
    _posted(database, "I think the mayor should read this article twice.")
    _settle(settings)
    with database.reading() as session:
        verdict = session.scalars(select(VerdictRow).order_by(VerdictRow.at.desc())).first()
    assert verdict.state == State.APPROVED
    assert verdict.shadow == ["contains the mayor"]
    assert ada.post("/settings/custom-rules", form | {"act": "live"}).status_code == 303
    assert "<td>On</td>" in html_of(ada.get("/settings/custom-rules"))
    _posted(database, "I sat on that bench last summer and liked it.")
    _settle(settings)
    with database.reading() as session:
        held = session.scalars(select(Comment).where(Comment.state == State.HELD)).all()
        assert [comment.reason for comment in held] == [Kind.SITE_RULE]
        assert len(session.get_one(Site, "news").policy["rules"]) == 1
    assert ada.post("/settings/custom-rules", form | {"act": "remove"}).status_code == 303
    assert ada.post("/settings/custom-rules", form | {"act": "remove"}).status_code == 404
    assert "No custom rules yet" in html_of(ada.get("/settings/custom-rules"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"about": "moon"},
        {"value": "many"},
        {"value": "9" * 5000},
        {"about": "words", "value": " , "},
        {"thread": "nowhere"},
        {"act": "burn"},
        {"value": ""},
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_by_name(ada: Browser, wrong: dict) -> None:
    form = {"site": "news", "about": "links", "value": "1", "thread": "", "act": "live"} | wrong
    answer = ada.post("/settings/custom-rules", form)
    assert answer.status_code == 422
    assert 'role="alert"' in html_of(answer)


def test_the_pages_are_for_their_roles(app: Flask, database: Database, ada: Browser) -> None:
    mo = Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news"))
    assert mo.get("/settings/site-model").status_code == 200
    assert mo.get("/settings/custom-rules").status_code == 403
    assert Browser(app).get("/settings/site-model").status_code == 303


def test_the_past_is_tried_with_decisions_and_authors(ada: Browser, database: Database) -> None:
    sow(database, "news", [Seed("one", "Al", minutes=9), Seed("two", "Bo", minutes=5)])
    page = html_of(ada.get("/settings/custom-rules?about=new_author&value=3"))
    assert "Would have held 2" in page


def _posted(database: Database, text: str) -> None:
    with database.writing() as session:
        submitted(session, draft(text), now=datetime.now(UTC))


def _decided(database: Database, count: int) -> None:
    """This many comments with a risk. Moderators approved those below 0.4 and rejected the others."""
    spam = Signal(Kind.SPAM_MODEL, 0.9, "looks like spam")
    calm = Signal(Kind.SPAM_MODEL, 0.3, "looks like spam")
    seeds = [Seed(f"comment {n}", f"Author {n}", kind=spam.kind, score=(calm, spam)[n % 2].score) for n in range(count)]
    ids = sow(database, "news", seeds)
    rulings = [Ruling(i, (State.APPROVED, State.REJECTED)[n % 2], None) for n, i in enumerate(ids)]
    with database.writing() as session:
        decide(session, "news", rulings, actor=Actor(key_id=new_id()), now=datetime.now(UTC), delay=timedelta(0))


def test_a_budget_is_tried_then_kept_and_decides_alone(ada: Browser, database: Database, settings: Settings) -> None:
    assert "Publishing: not enough decisions yet" in html_of(ada.get("/settings/risk-budget"))
    _decided(database, 160)
    form = {"site": "news", "published": "20", "rejected": "20", "sample_one_in": "0"}
    tried = html_of(ada.post("/settings/risk-budget", form | {"act": "try"}))
    assert "You rejected 0 of 80 such comments." in tried
    assert "at most 1 in 27" in tried
    assert "100 of 100 comments would be decided automatically." in tried
    with database.reading() as session:
        assert "budget" not in session.get_one(Site, "news").policy
    assert ada.post("/settings/risk-budget", form | {"act": "save"}).status_code == 303
    with database.reading() as session:
        kept = session.get_one(Site, "news").policy["budget"]
    assert 0.3 < kept["publish_below"] <= kept["reject_from"] == pytest.approx(0.9)
    assert ada.post("/settings/risk-budget", form | {"act": "save", "sample_one_in": "1"}).status_code == 303
    _posted(database, "What a thoughtful article, thank you.")
    _settle(settings)
    with database.reading() as session:
        assert [c.reason for c in session.scalars(select(Comment).where(Comment.state == State.HELD))] == [Kind.SITE_AUDIT_SAMPLE]
    assert ada.post("/settings/risk-budget", {"site": "news", "act": "clear"}).status_code == 303
    with database.reading() as session:
        assert "budget" not in session.get_one(Site, "news").policy


@pytest.mark.parametrize(
    "wrong", [{"published": "1"}, {"rejected": "many"}, {"sample_one_in": "-1"}, {"published": "9" * 50}, {"rejected": "²"}]
)
def test_a_budget_that_is_no_number_is_refused(ada: Browser, wrong: dict) -> None:
    form = {"site": "news", "published": "20", "rejected": "20", "sample_one_in": "0", "act": "save"} | wrong
    assert ada.post("/settings/risk-budget", form).status_code == 422
