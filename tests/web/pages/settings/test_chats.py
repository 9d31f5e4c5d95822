"""Chats on the endpoints page: each choice is kept, faults name their field, and the address is not shown again."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.outbox import Delivery, Endpoint
from tests.support.sign_in import Browser, html_of, moderator

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ADDRESS = "https://hooks.slack.com/services/T0/B1/a-secret-wxyz"


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))


def chats(database: Database) -> list[Endpoint]:
    with database.reading() as session:
        return list(session.scalars(select(Endpoint).order_by(Endpoint.id)))


def test_a_chat_is_added_tested_and_changed_on_its_page(ada: Browser, database: Database) -> None:
    form = {"kind": "slack", "url": ADDRESS, "event": ["comment.held", "report.received"], "old_after": "45"}
    response = ada.post("/settings/chats", form)
    assert response.status_code == 303
    (chat,) = chats(database)
    assert (chat.kind, chat.events, chat.old_after, chat.shows_words) == (
        "slack", ["comment.held", "report.received"], 45, False,
    )  # fmt: skip
    page = html_of(ada.get(response.location))
    assert "a-secret" not in page
    assert "…wxyz" in page
    assert "Rotate the secret" not in page
    assert ada.post(f"/settings/endpoints/{chat.id}", {"act": "test"}).status_code == 303
    with database.reading() as session:
        assert session.scalar(select(Delivery.event_id)) is None
    ada.post(f"/settings/chats/{chat.id}", {"event": "comment.approved", "words": "on", "old_after": ""})
    (chat,) = chats(database)
    assert (chat.events, chat.old_after, chat.shows_words) == (["comment.approved"], 0, True)
    assert "…wxyz" in html_of(ada.get("/settings/endpoints"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "pager"}, "Kind: Choose one of discord"),
        ({"url": "http://10.0.0.1/x"}, "private"),
        ({"kind": "telegram"}, "chat_id"),
        ({"kind": "template", "template": '{"a": "{ip}"}'}, "There is no {ip}. Choose from {text}"),
        ({"old_after": "soon"}, "Minutes: Enter a whole number from 0 to 10080."),
        ({"old_after": "99999"}, "Enter a whole number from 0 to 10080."),
        ({"event": []}, "Choose at least one event."),
    ],
)
def test_a_fault_says_what_was_expected(ada: Browser, database: Database, fields: dict, words: str) -> None:
    form = {"kind": "slack", "url": ADDRESS, "event": "comment.held", "old_after": "", "template": "", **fields}
    response = ada.post("/settings/chats", form)
    assert response.status_code == 422
    assert words in html_of(response).replace("&#34;", '"')
    assert chats(database) == []


def test_the_command_line_adds_a_chat_from_standard_input(database: Database, settings: Settings, site: str) -> None:
    environ = {"GREENROOM_HOME": str(settings.home), "DATABASE_URL": settings.database, "GREENROOM_SECRET_KEY": settings.secret}
    command = [str(Path(sys.executable).with_name("greenroom")), "webhook", "add", "news", "-", "--kind", "discord", "--event"]
    ran = subprocess.run(
        [*command, "comment.held"], env=environ, input=ADDRESS + "\n", capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "a-secret" not in ran.stdout
    (chat,) = chats(database)
    assert (chat.kind, chat.events) == ("discord", ["comment.held"])
    refused = subprocess.run([*command, "author.banned"], env=environ, input=ADDRESS, capture_output=True, text=True, check=False)
    assert "not author.banned" in refused.stderr
