"""Coral's external moderation phase gets the verdict of the site's policy, and what it signed never fails open."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.actions.sites.sites_and_keys import add_coral_key, add_site, revoke_key
from service.actions.sites.word_lists import set_list
from service.config import Settings
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.tables.sites import ApiKey, Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET, OLD = "5f" * 32, "0a" * 32
Ask = Callable[..., TestResponse]


def stored(database: Database, settings: Settings, secret: str, site: str = "news") -> Any:
    boxes = {"pseudonyms": Pseudonymizer.from_secret(settings.secret), "secret_box": SecretBox.from_secret(settings.secret)}
    with database.writing() as session:
        return add_coral_key(session, site, secret, **boxes, now=datetime.now(UTC))


def phase(text: str) -> bytes:
    """The bytes that Coral 9 sends: JSON.stringify(request, null, 2)."""
    request = {
        "action": "NEW",
        "comment": {"body": text, "parentID": None},
        "author": {"id": "baf4e943-3594-4fcc-b2ba-3e8de7a76352", "role": "COMMENTER"},
        "story": {"id": "245b3856-b0a0-4d2f-a6bb-58c71f18d6a6", "url": "https://news.example/a-story"},
        "site": {"id": "a4bede88-2d2c-4424-bc18-4322a9e285a6"},
        "tenantID": "19ba5794-7eeb-4d46-a81b-c00c61672501",
        "tenantDomain": "coral.news.example",
    }
    return json.dumps(request, indent=2, ensure_ascii=False).encode()


def signature(body: bytes, *secrets: str) -> str:
    return ",".join(f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}" for secret in secrets)


@pytest.fixture
def ask(door: FlaskClient, database: Database, settings: Settings, site: str) -> Ask:
    stored(database, settings, SECRET)

    def ask(text: str | bytes, *secrets: str, query: str = "", site: str = "news") -> TestResponse:
        body = text if isinstance(text, bytes) else phase(text)
        headers = {"Content-Type": "application/json", "X-Coral-Signature": signature(body, *(secrets or (SECRET,)))}
        return door.post(f"/v1/coral/{site}{query}", data=body, headers=headers | {"User-Agent": "Coral Moderation/9.7.0"})

    return ask


def test_each_state_has_its_opinion(ask: Ask, database: Database) -> None:
    with database.writing() as session:
        set_list(session, "news", "blocked_words", ["zeppelin"])
    calm, held = ask("<div>What a <b>thoughtful</b> article, thank you.</div>"), ask("<div>You are an <b>id</b>iot.</div>")
    assert (calm.status_code, calm.get_data()) == (204, b"")
    flag = {"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}
    assert (held.status_code, held.json) == (200, {"status": "PREMOD", "actions": [flag]})
    assert ask("A zeppelin over the bridge.").json == {"status": "REJECTED", "actions": []}
    assert ask("यह बहुत अच्छा लेख है और मुझे पसंद आया").json["status"] == "PREMOD"
    assert ask("<div><br></div>").status_code == 204


def test_where_coral_holds_all_others_an_approved_comment_is_published(ask: Ask) -> None:
    assert ask("What a thoughtful article, thank you.", query="?approve=true").json == {"status": "APPROVED", "actions": []}
    assert ask("You are an idiot.", query="?approve=true").json["status"] == "PREMOD"


def test_while_a_secret_is_rotated_either_signature_counts(ask: Ask) -> None:
    assert ask("A calm word.", OLD, SECRET).status_code == 204
    assert ask("A calm word.", SECRET, OLD).status_code == 204


def test_only_coral_is_answered(ask: Ask, door: FlaskClient, database: Database, settings: Settings) -> None:
    with database.writing() as session:
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    for answer in (
        ask("You are an idiot.", OLD),
        ask("You are an idiot.", site="blog"),
        ask("You are an idiot.", site="nobody"),
        door.post("/v1/coral/news", data=phase("A calm word.")),
        door.post(
            "/v1/coral/news", data=phase("Others."), headers={"X-Coral-Signature": signature(phase("A calm word."), SECRET)}
        ),
        door.post("/v1/coral/news", data=b"x", headers={"X-Coral-Signature": "sha256=x,md5=0"}),
        door.post("/v1/comments", json={}, headers={"Authorization": f"Bearer {SECRET}"}),
    ):
        assert answer.status_code == 401, answer.get_data(as_text=True)


def test_what_is_signed_and_cannot_be_judged_waits(ask: Ask) -> None:
    for body in (b"{", b"[]", b'{"comment": 7}', phase("<i></i>" * 6_000 + "A calm word.")):
        answer = ask(body)
        assert (answer.status_code, answer.json) == (200, {"status": "PREMOD", "actions": []}), body[:50]
    assert ask("A calm word.", query="?approve=perhaps").json["status"] == "PREMOD"


def test_without_checks_and_over_the_limit_a_comment_waits(app: Flask, judging_app: Flask, ask: Ask) -> None:
    body = phase("A calm word.")
    headers = {"X-Coral-Signature": signature(body, SECRET)}
    answer = app.test_client().post("/v1/coral/news", data=body, headers=headers)
    assert (answer.status_code, answer.json["status"]) == (200, "PREMOD")
    counters = judging_app.extensions["greenroom"].counters
    for holder, _ in judging_app.extensions["greenroom"].api_keys.signing("news"):
        counters.hit(f"key:{holder.key_id.hex}", calls=1_000_000)
    assert ask("A calm word.").json["status"] == "PREMOD"


def test_a_secret_is_encrypted_and_revoked_like_a_key(ask: Ask, database: Database, settings: Settings) -> None:
    key_id = stored(database, settings, OLD)
    with database.reading() as session:
        for key in session.scalars(select(ApiKey).where(ApiKey.kind == "coral")):
            assert SECRET not in (key.secret + key.digest)
            assert hashlib.sha256(SECRET.encode()).hexdigest() != key.digest
    with database.writing() as session:
        revoke_key(session, "news", key_id, now=datetime.now(UTC))
        assert session.get_one(Site, "news")
    assert ask("A calm word.", OLD).status_code == 401
    with pytest.raises(Conflict):
        stored(database, settings, SECRET)
    with pytest.raises(Invalid):
        stored(database, settings, "too short")
    with pytest.raises(NotFound):
        stored(database, settings, "7" * 64, site="nowhere")
