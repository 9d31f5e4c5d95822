"""An author complains about their ban, and another person than the one who banned them decides."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from service.actions.moderation.authors import Judgement, judge_author, lift_judgement
from service.actions.reported.complain import ComplaintDraft, SamePerson, complain_about_ban, decide_complaint
from service.domain.errors import Conflict, Gone, NotFound
from service.domain.ids import new_id
from service.domain.policy.site_policy import SitePolicy
from service.store.db.engine import Database
from service.store.reports.transparency import transparency
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event
from service.store.tables.reported import Complaint
from service.store.tables.sites import Site
from tests.actions.reported.reporting import DELAY, SECRET_BOX, own_events
from tests.support.factories import NOON, with_comment

WHY = ComplaintDraft("I quoted somebody else.")


def person(database: Database, name: str) -> UUID:
    with database.writing() as session:
        session.add(somebody := Moderator(id=new_id(), email=f"{name}@news.example", name=name, created_at=NOON))
    return somebody.id


def banned(database: Database, by: UUID, *, days: int | None = 30, also: frozenset[str] = frozenset()) -> UUID:
    """A comment whose author is banned."""
    comment_id = with_comment(database)
    with database.writing() as session:
        comment = session.get_one(Comment, comment_id)
        comment.author_key, comment.email_domain = "the hash of an author", "mail.example"
        judgement = Judgement("ban", NOON + timedelta(days=days) if days else None, also=also)
        judge_author(session, "news", comment_id, judgement, moderator=session.get_one(Moderator, by), now=NOON)
    return comment_id


def complain(database: Database, comment_id: UUID, *, now: datetime = NOON + timedelta(days=1), site: str = "news") -> UUID:
    with database.writing() as session:
        return complain_about_ban(session, site, comment_id, WHY, secret_box=SECRET_BOX, now=now).id


def settle(database: Database, complaint_id: UUID, by: UUID, *, uphold: bool) -> None:
    with database.writing() as session:
        decide_complaint(session, "news", complaint_id, uphold=uphold, version=None, moderator_id=by, now=NOON, delay=DELAY)


def is_banned(database: Database) -> bool:
    with database.reading() as session:
        policy = SitePolicy(session.get_one(Site, "news").policy)
        return policy.ban("the hash of an author", at=NOON) is not None or bool(policy.authors("blocked_email_domains"))


def test_another_person_lifts_the_ban_and_what_was_banned_with_it(database: Database) -> None:
    dana, sam = person(database, "dana"), person(database, "sam")
    comment_id = banned(database, dana, also=frozenset({"domain"}))
    complaint_id = complain(database, comment_id)
    with pytest.raises(SamePerson):
        settle(database, complaint_id, dana, uphold=True)
    assert is_banned(database)
    settle(database, complaint_id, sam, uphold=True)
    assert not is_banned(database)
    with database.reading() as session:
        complaint = session.get_one(Complaint, complaint_id)
        assert (complaint.state, complaint.first_moderator_id, complaint.moderator_id) == ("upheld", dana, sam)
        assert [kind for kind, *_ in own_events(session, complaint_id)] == ["complaint.received", "complaint.decided"]
        assert "author.unbanned" in session.scalars(select(Event.type)).all()
        figures = transparency(session, session.get_one(Site, "news"), NOON.year).complaints
        assert (figures["ban"].reversed, figures["restriction"].received) == (1, 0)


def test_a_ban_stands_when_the_complaint_is_denied(database: Database) -> None:
    comment_id = banned(database, person(database, "dana"))
    settle(database, complain(database, comment_id), person(database, "sam"), uphold=False)
    assert is_banned(database)
    with pytest.raises(Conflict):
        complain(database, comment_id)


def test_a_complaint_about_a_ban_comes_within_six_months_and_while_it_is_in_force(database: Database) -> None:
    comment_id = banned(database, dana := person(database, "dana"), days=None)
    with pytest.raises(NotFound):
        complain(database, comment_id, site="elsewhere")
    with pytest.raises(Gone):
        complain(database, comment_id, now=NOON + timedelta(days=185))
    with database.writing() as session:
        entry = SitePolicy(session.get_one(Site, "news").policy).authors("blocked_authors")["the hash of an author"]
        lift_judgement(session, "news", entry["id"], moderator_id=dana, now=NOON)
    with pytest.raises(Conflict):
        complain(database, comment_id)
