"""`greenroom erase`: a search of all stored data no longer finds what the person wrote."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from service.actions.accounts.moderators import add_moderator
from service.actions.comments.edit_erase import edit
from service.actions.moderation.decide import Actor, Ruling, decide
from service.config import Settings
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.tables.comments import Comment
from service.store.tables.moderation import Note
from tests.commands.conftest import Greenroom
from tests.support.factories import draft, site, submitted
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SECRET = "quetzalcoatlus"


def test_what_a_person_wrote_is_nowhere_any_more(
    greenroom: Greenroom,
    settings: Settings,
    database: Database,
) -> None:
    now = datetime.now(UTC)
    person = {"name": f"Dana {SECRET}", "email": "dana@news.example", "url": f"https://{SECRET}.example"}
    with database.writing() as session:
        site(session)
        mine = submitted(session, *(draft(f"I saw a {SECRET}, {n} times.", author=person) for n in range(3)), now=now)
        (other,) = submitted(session, draft("A calm word.", author={"name": "Ada", "email": "ada@news.example"}), now=now)
    resources = WorkerResources.open(settings)
    check_pending(resources)
    resources.close()
    with database.writing() as session:
        moderator = add_moderator(session, "mo@news.example", now=now)
        edit(session, "news", mine[0], f"No, the {SECRET} saw me.", version=None, now=now)
        actor = Actor(moderator_id=moderator.id)
        ruling = Ruling(mine[1], State.HELD, None, note=f"{SECRET}?")
        decide(session, "news", [ruling], actor=actor, now=now, delay=timedelta(0))
        session.add(Note(id=new_id(), site_id="news", comment_id=mine[2], moderator_id=moderator.id, text=SECRET, at=now))

    refused = greenroom("erase", "news", "--email", "dana@news.example", "--author", "7", "--yes")
    assert "expected one of" in refused.output
    erased = greenroom("erase", "news", "--email", "Dana@News.example ", "--yes", "--json")
    assert json.loads(erased.output)["erased"] == 3

    with database.reading() as session:
        assert SECRET not in "\n".join(dump.written(session))
        assert {c.state for c in session.scalars(select(Comment).where(Comment.id.in_(mine)))} == {State.ERASED}
        assert session.get_one(Comment, other).text == "A calm word."
    if settings.on_sqlite:
        database.close()
        for path in settings.home.iterdir():
            assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path.name


def test_what_is_too_old_goes_and_the_rest_stays(
    greenroom: Greenroom,
    settings: Settings,
    database: Database,
) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        site(session)
        submitted(session, draft("Old.", external_id="old"), now=now - timedelta(days=800))
        submitted(session, draft("New.", external_id="new"), now=now)
    assert greenroom("erase", "news", "--older-than", "730").exit_code == 1
    assert "1 comments of news are erased" in greenroom("erase", "news", "--older-than", "730", "--yes").output
    with database.reading() as session:
        states = {c.external_id: c.state for c in session.scalars(select(Comment))}
    assert states == {"old": State.ERASED, "new": State.PENDING}
