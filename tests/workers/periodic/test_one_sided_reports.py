"""Reports of one kind only do not make a model that holds everything: it needs both kinds, and is tested on ordinary comments."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from service.actions.comments.edit_erase import erase
from service.actions.sites.sites_and_keys import add_akismet_key, add_site
from service.config import Settings
from service.domain.policy import site_thresholds
from service.domain.policy.site_model_doubts import Doubt
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.engine import Database
from service.store.learning.site_models import site_model_of
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.site_models import SiteModelRow
from tests.support.factories import draft, submitted
from tests.support.sign_in import Browser, moderator, serving
from workers.checking.check_pending import check_pending
from workers.periodic.train_site_models import learn_all
from workers.resources.worker_resources import WorkerResources

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

_WHO = ("My cousin", "A friend from work", "The lady next door", "An old colleague", "My brother-in-law", "Our neighbour")
_DID = ("made a fortune with", "swears by", "recovered everything thanks to", "could not believe the results of")
_WHAT = ("the Meridian method", "coach Valentina", "Halcyon drops", "the Orion desk", "doctor Bright")
#: 120 different texts, none of which the shipped model rejects.
REPORTED = [f"{who} {did} {what}, ask me how it went." for who, did, what in product(_WHO, _DID, _WHAT)]
_WHERE = (
    "at the market",
    "near the station",
    "in our street",
    "by the river",
    "behind the school",
    "on the ring road",
    "at the pool",
    "up the hill",
)
_IS = ("The new bench", "That old lamp", "The narrow bridge", "A row of lime trees", "The bus shelter", "The fountain")
_FINE = (
    "is better than I had expected",
    "needs a coat of paint",
    "was a sensible idea",
    "should have come years ago",
    "is lit at night",
    "has gone",
)
#: The ordinary comments of this site: 288 different ones, too short to be near-duplicates.
ORDINARY = [f"{what} {where} {so}." for what, where, so in product(_IS, _WHERE, _FINE)]
INNOCENT = [
    "I read this twice and still wonder who paid for the roof.", "Could the paper print the figures for last year as well?",
    "My grandmother told the same story about the flood.", "The council voted on this in March, not in April.",
    "Thank you for the photographs of the harbour.", "I disagree: the tram was never full on Sundays.",
    "Who decides which streets are swept first?", "The second paragraph says the opposite of the headline.",
    "We took the children there and they loved the owls.", "It rained so hard that the match was stopped.",
    "An honest review; I had hoped for a longer one.", "Please spell the mayor's name correctly.",
    "The old cinema had better seats than this one.", "I miss the bakery that used to stand there.",
    "Does anybody know when the library opens again?", "The choir sang beautifully in spite of the cold.",
    "This is the third delay since the summer.", "They could have asked the people who live there.",
    "My train was late again, but the driver was kind.", "A fine obituary for a modest man.",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sampling. Otherwise one automatic decision in fifty, chosen by the comment's id, would be held for a person."""
    monkeypatch.setattr(site_thresholds, "SAMPLE", 0)


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


class Host:
    """Sends comments and its moderators' reports, as a blog with an Akismet plugin does."""

    def __init__(self, app: Flask, settings: Settings, database: Database) -> None:
        self._settings, self._database, self._plugin = settings, database, app.test_client()
        with database.writing() as session:
            pseudonyms = Pseudonymizer.from_secret(settings.secret)
            self._token = add_akismet_key(session, "news", pseudonyms=pseudonyms, now=datetime.now(UTC))[1]

    def send(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """Submit and check them. Returns the reasons why each was held or rejected; none for approved ones."""
        with self._database.writing() as session:
            submitted(session, *(draft(text, thread=f"page-{n}") for n, text in enumerate(texts)), now=datetime.now(UTC))
        resources = WorkerResources.open(self._settings)
        check_pending(resources, seconds=60.0)
        resources.close()
        with self._database.reading() as session:
            rows = session.execute(select(Comment.text, VerdictRow.reasons).join(VerdictRow))
            return {text: [reason["code"] for reason in reasons] for text, reasons in rows if text in set(texts)}

    def report(self, texts: Sequence[str], *, spam: bool) -> None:
        for text in texts:
            fields = {"api_key": self._token, "comment_content": text}
            assert self._plugin.post(f"/1.1/submit-{'spam' if spam else 'ham'}", data=fields).status_code == 200

    def let_stand(self, texts: Sequence[str]) -> None:
        """Make these a week old."""
        with self._database.writing() as session:
            then = datetime.now(UTC) - timedelta(days=7)
            session.execute(update(Comment).where(Comment.text.in_(texts)).values(received_at=then, updated_at=then))


@pytest.fixture
def host(app: Flask, settings: Settings, database: Database) -> Host:
    return Host(app, settings, database)


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))


def _model(database: Database) -> SiteModelRow:
    with database.reading() as session:
        model = site_model_of(session, "news")
    assert model is not None
    return model


def _page(ada: Browser) -> str:
    return " ".join(unescape(ada.get("/settings/site-model").get_data(as_text=True)).split())


def test_reports_of_spam_alone_hold_no_innocent_comment(host: Host, database: Database, ada: Browser) -> None:
    host.send(ORDINARY[:40])
    host.send(REPORTED)
    host.report(REPORTED, spam=True)
    assert learn_all(database) == ["news"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 120
    verdicts = host.send(INNOCENT)
    assert {text: codes for text, codes in verdicts.items() if "spam.site_model" in codes} == {}
    assert len(verdicts) == 20
    model = _model(database)
    assert (model.active, model.report["doubt"], model.report["rejected"]) == (False, Doubt.ONE_SIDED, 120)
    page = _page(ada)
    assert "Not in use:" in page
    assert "your team rejected 120 and approved 0 comments" in page
    assert "at least 20 of each are needed" in page


def test_reports_of_ham_alone_publish_no_spam(host: Host, database: Database, ada: Browser) -> None:
    spam = [f"Buy cheap pills at http://pills-{n}.example now!!! Casino bonus, click here, 100% free." for n in range(8)]
    before = host.send(spam[:4])
    assert all(before.values())
    host.send(ORDINARY)
    # A published comment cannot be approved again, so treat them as held.
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.text.in_(ORDINARY)).values(state=State.HELD))
    host.report(ORDINARY, spam=False)
    assert learn_all(database) == ["news"]
    after = host.send(spam[4:])
    assert sorted(after.values()) == sorted(before.values())
    model = _model(database)
    assert (model.active, model.report["doubt"], model.report["approved"]) == (False, Doubt.ONE_SIDED, len(ORDINARY))
    page = _page(ada)
    assert f"your team rejected 0 and approved {len(ORDINARY)} comments" in page
    assert "count as a quarter" not in page


def test_what_stands_for_days_without_a_report_teaches_the_other_side(host: Host, database: Database, ada: Browser) -> None:
    host.send([*ORDINARY, *REPORTED])
    host.report(REPORTED, spam=True)
    assert learn_all(database) == ["news"]
    assert _model(database).report["doubt"] == Doubt.ONE_SIDED
    # Days later there are no new decisions, but the model is trained again all the same.
    host.let_stand(ORDINARY)
    with database.writing() as session:
        session.get_one(SiteModelRow, "news").trained_at = datetime.now(UTC) - timedelta(days=1, hours=1)
    assert learn_all(database) == ["news"]
    model = _model(database)
    assert (model.active, model.report["doubt"]) == (True, "")
    assert min(model.report["standing"], model.report["ordinary"]) >= 80
    assert f"Of {model.report['ordinary']} ordinary comments" in _page(ada)
    others = host.send([text.replace("ask me how it went", "you should try") for text in REPORTED[:8]])
    # Which half of the undecided comments it was trained on depends on their random ids.
    assert sum("spam.site_model" in codes for codes in others.values()) >= 4
    assert sum("spam.site_model" in codes for codes in host.send(INNOCENT).values()) <= 2


def test_a_model_that_would_hold_what_is_ordinary_here_is_not_believed(host: Host, database: Database, ada: Browser) -> None:
    """Better on all decisions, since fine comments are never reported; but ordinary comments here resemble the reported ones."""
    alike = [text.replace(", ask me how it went", "") + f" {where}." for where, text in zip(_WHERE * 20, REPORTED, strict=False)]
    host.send([*alike, *REPORTED, *ORDINARY[:60]])
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.text.in_(ORDINARY)).values(state=State.HELD))
    for spam, fine in zip(REPORTED, ORDINARY[:60] * 2, strict=True):
        host.report([spam], spam=True)
        host.report([fine], spam=False)
    assert learn_all(database) == ["news"]
    model = _model(database)
    assert (model.active, model.report["doubt"]) == (False, Doubt.HOLDS_ORDINARY)
    assert model.report["right"] > model.report["right_shipped"]
    assert f"it would hold {model.report['more']} more" in _page(ada)
    assert "spam.site_model" not in {code for codes in host.send(INNOCENT).values() for code in codes}


def test_a_model_from_before_that_was_never_judged_on_ordinary_comments_is_judged_now(host: Host, database: Database) -> None:
    host.send(REPORTED)
    host.report(REPORTED, spam=True)
    learn_all(database)
    assert learn_all(database) == []
    with database.writing() as session:
        model = session.get_one(SiteModelRow, "news")
        model.active, model.report = True, {"judged": 95, "right": 1.0, "right_shipped": 0.2, "gain": 1.0, "sure": 0.9}
    assert learn_all(database) == ["news"]
    assert not _model(database).active


def test_a_standing_comment_that_is_erased_is_unlearned(host: Host, database: Database) -> None:
    host.send([*ORDINARY, *REPORTED])
    host.report(REPORTED, spam=True)
    host.let_stand(ORDINARY)
    learn_all(database)
    assert _model(database).report["standing"] > 0
    with database.writing() as session:
        erase(
            session, "news", session.scalars(select(Comment.id).where(Comment.text == ORDINARY[0])).one(), now=datetime.now(UTC)
        )
    assert (_model(database).weights, _model(database).active) == ("", False)
