"""What a moderator does about an author: the page shows what is there, removes it in the same step, and takes it back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from service.actions.sites.sites_and_keys import add_key
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity
from service.store.tables.outbox import Event
from service.store.tables.sites import Scope, Site
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator
from tests.web.pages.queue.queue_page import state_of


@pytest.fixture
def mo(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news", name="Mo"))


def by_spammer(database: Database) -> list:
    """Three published comments, two that wait, and one by somebody else."""
    seeds = [Seed(f"Buy number {n}", "Bargain", state=State.APPROVED, minutes=9 - n) for n in range(3)]
    return sow(
        database, "news", [*seeds, *(Seed(f"Held {n}", "Bargain") for n in range(2)), Seed("calm", "Ann", state=State.APPROVED)]
    )


def fields(page: str, **more: object) -> dict[str, object]:
    """The hidden fields of the form about the author, and what the moderator chooses."""
    form = re.search(r'<form method="post" action="/authors/[^"/]+" class="stack">.*?</form>', page, re.DOTALL)[0]
    return {**dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)), **more}


def statement_in_api(app: Flask, database: Database, comment_id: object) -> dict | None:
    """The statement of reasons for the ban of the author of a comment."""
    with database.writing() as session:
        _, token = add_key(session, "news", scopes=[Scope.READ], now=datetime.now(UTC))
    shown = app.test_client().get(f"/v1/comments/{comment_id}", headers={"Authorization": f"Bearer {token}"})
    return shown.json["author_statement"]


def states(database: Database, ids: list) -> list[str]:
    return [state_of(database, i) for i in ids]


def events(database: Database, kind: str) -> list[dict]:
    with database.reading() as session:
        return list(session.scalars(select(Event.facts).where(Event.type == kind).order_by(Event.seq)))


def test_a_ban_removes_what_is_published_and_what_waits_in_the_same_step(app: Flask, mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    page = html_of(mo.get(f"/authors/{ids[0]}"))
    assert "published (3)" in page and "waiting (2)" in page
    form = fields(page, act="ban", remove=["published", "waiting"], reason="spam", **{"for": "7d"})
    later = sow(database, "news", [Seed("Came after the page", "Bargain", state=State.APPROVED, minutes=-1)])
    answer = mo.post(f"/authors/{ids[0]}", form)
    assert states(database, ids) == ["rejected"] * 5 + ["approved"]
    assert states(database, later) == ["approved"]
    after = html_of(mo.get(answer.location))
    assert "5 comments were rejected." in after and "tag bad" in after
    until = datetime.fromisoformat(events(database, "author.banned")[0]["until"])
    assert timedelta(days=6, hours=23) < until - datetime.now(UTC) < timedelta(days=7)
    assert statement_in_api(app, database, ids[0])["reason"] == events(database, "author.banned")[0]["reason"] == "spam"
    action = re.search(r'name="action_id" value="([^"]+)"', after)[1]
    mo.post(f"/authors/{ids[0]}/undo", {"site": "news", "action_id": action})
    assert states(database, ids) == ["approved"] * 3 + ["held"] * 2 + ["approved"]


def test_comments_are_removed_without_a_ban(mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    mo.post(f"/authors/{ids[0]}", fields(html_of(mo.get(f"/authors/{ids[0]}")), act="remove", remove="published", reason="spam"))
    assert states(database, ids) == ["rejected"] * 3 + ["held"] * 2 + ["approved"]
    assert not events(database, "author.banned")


def test_no_length_is_assumed_and_nothing_is_removed_unless_a_box_is_ticked(mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    page = html_of(mo.get(f"/authors/{ids[0]}"))
    assert "checked" not in page
    for missing in ({"act": "ban"}, {"act": "remove"}, {"act": "ban", "for": "30"}):
        answer = mo.post(f"/authors/{ids[0]}", fields(page, why="kept words", **missing))
        assert answer.status_code == 422
        assert "kept words" in html_of(answer)
    assert states(database, ids) == ["approved"] * 3 + ["held"] * 2 + ["approved"]


def test_an_author_under_review_waits_for_a_person(mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    mo.post(f"/authors/{ids[0]}", fields(html_of(mo.get(f"/authors/{ids[0]}")), act="review", **{"for": "1h"}))
    with database.reading() as session:
        assert list(session.get(Site, "news").policy["reviewed_authors"]) == [session.get(Comment, ids[0]).author_key]
    assert "always reviewed" in html_of(mo.get("/queue"))


def test_a_whole_domain_or_network_is_banned_only_until_a_day(mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.id == ids[0]).values(email_domain="spam.example", ip_key="block"))
    page = html_of(mo.get(f"/authors/{ids[0]}"))
    assert "everybody at @spam.example (0 recent comments by others)" in page
    assert "block" not in re.findall(r'value="([^"]*)"', page)
    chosen = {"act": "ban", "also": ["domain", "network"]}
    assert mo.post(f"/authors/{ids[0]}", fields(page, **chosen, **{"for": "ever"})).status_code == 422
    assert mo.post(f"/authors/{ids[0]}", fields(page, **chosen, **{"for": "7d"})).status_code == 303
    with database.reading() as session:
        policy = session.get(Site, "news").policy
    assert list(policy["blocked_email_domains"]) == ["spam.example"] and list(policy["blocked_networks"]) == ["block"]
    listed = html_of(mo.get("/authors"))
    assert "@spam.example" in listed and "the network of Bargain" in listed
    entry = policy["blocked_email_domains"]["spam.example"]["id"]
    mo.post("/authors", {"site": "news", "entry": entry})
    assert "@spam.example" not in html_of(mo.get("/authors"))


def test_a_ban_that_is_lifted_is_told_to_the_host_in_order(mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    mo.post(f"/authors/{ids[0]}", fields(html_of(mo.get(f"/authors/{ids[0]}")), act="ban", **{"for": "ever"}))
    entry = re.search(r'name="entry" value="([^"]+)"', html_of(mo.get(f"/authors/{ids[0]}")))[1]
    assert mo.post("/authors", {"site": "news", "entry": entry, "author": str(ids[0])}).location.startswith(f"/authors/{ids[0]}")
    assert [len(events(database, kind)) for kind in ("author.banned", "author.unbanned")] == [1, 1]


def test_a_warning_goes_to_the_host_which_says_when_it_was_seen(app: Flask, mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    assert mo.post(f"/authors/{ids[0]}/warning", {"site": "news", "message": "  "}).status_code == 422
    mo.post(f"/authors/{ids[0]}/warning", {"site": "news", "message": "Please stay kind."})
    [facts] = events(database, "author.warned")
    assert facts["note"] == "Please stay kind."
    assert "has not seen it yet: Please stay kind." in html_of(mo.get(f"/authors/{ids[0]}"))
    with database.writing() as session:
        _, token = add_key(session, "news", scopes=[Scope.SUBMIT], now=datetime.now(UTC))
    host = {"Authorization": f"Bearer {token}"}
    path = f"/v1/warnings/{facts['warning']}/acknowledge"
    first = app.test_client().post(path, headers=host)
    assert first.status_code == 200, first.get_data(as_text=True)
    assert app.test_client().post(path, headers=host).json == first.json
    assert "the author saw it on" in html_of(mo.get(f"/authors/{ids[0]}"))
    assert app.test_client().post(f"/v1/warnings/{ids[0]}/acknowledge", headers=host).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(Activity.acknowledged_at)) is not None


def test_the_site_itself_is_no_author(mo: Browser, database: Database) -> None:
    ids = by_spammer(database)
    mo.post(f"/queue/comments/{ids[0]}/reply", {"site": "news", "text": "Thank you all."})
    page = html_of(mo.get("/authors"))
    assert "Bargain" in page
    assert "<bdi>news</bdi>" not in page
