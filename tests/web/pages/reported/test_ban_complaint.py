"""A banned author complains on their page, and another moderator lifts the ban."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask

from service.actions.sites.sites_and_keys import add_key
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sites import Scope
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_author_reads_why_they_are_banned_complains_and_is_unbanned(app: Flask, site: str, database: Database) -> None:
    dana, sam = (
        Browser(app).signed_in(moderator(database, f"{name}@news.example", Role.MODERATOR, site=site, name=name))
        for name in ("Dana", "Sam")
    )
    [comment_id] = sow(database, site, [Seed("one", "Ann", state=State.APPROVED)])
    form = {"site": site, "act": "ban", "for": "7d", "reason": "insult"}
    assert dana.post(f"/authors/{comment_id}", form).status_code == 303
    with database.writing() as session:
        _, token = add_key(session, site, scopes=[Scope.READ, Scope.SUBMIT], now=datetime.now(UTC))
    host, key = app.test_client(), {"Authorization": f"Bearer {token}"}
    statement = host.get(f"/v1/comments/{comment_id}", headers=key).json["author_statement"]
    page = urlsplit(statement["redress"]["complaint_url"]).path
    shown = html_of(host.get(page))
    assert "You cannot comment on" in shown and "insult" in shown
    versioned = {"text": "I quoted it.", "about": "ban", "version": 1}
    assert (
        host.post(f"/v1/comments/{comment_id}/complaint", headers=key, json=versioned).json["errors"][0]["pointer"] == "/version"
    )
    sent = {"text": "I quoted it.", "rendered": re.search(r'name="rendered" value="([^"]+)"', shown)[1]}
    assert host.post(page, data={**sent, "text": " "}).status_code == 422
    assert host.post(page, data=sent).status_code == 303
    assert "waits for another person" in html_of(host.get(page))
    again = host.post(f"/v1/comments/{comment_id}/complaint", headers=key, json={"text": "Again.", "about": "ban"})
    assert again.status_code == 409
    assert host.get(f"{page}0").status_code == 404
    card = html_of(sam.get("/queue/complaints"))
    assert "The author complains: they were banned" in card and "by Dana" in card
    assert "You made this decision" in html_of(dana.get("/queue/complaints"))
    answer = {name: re.search(f'name="{name}" value="([^"]+)"', card)[1] for name in ("complaint", "version")}
    assert sam.post("/queue/complaints", {"site": site, "act": "reverse", **answer}).status_code == 303
    assert host.get(f"/v1/comments/{comment_id}", headers=key).json["author_statement"] is None
    after = html_of(host.get(page))
    assert "You are not banned any more." in after and "the decision was reversed" in after
