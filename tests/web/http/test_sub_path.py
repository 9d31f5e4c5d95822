"""Below a path of its host, Greenroom has one spelling of each address, and cookies that stay below it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from service.actions.accounts.moderators import add_moderator
from service.actions.accounts.sign_in import new_link
from service.config import Settings
from service.store.db.engine import Database
from service.web.app import create_app
from service.web.server.asgi import AsgiApp
from tests.support.fast_path_app import Front

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, public_url="https://news.example/comments"))
    yield app
    app.extensions["greenroom"].close()


@pytest.fixture(params=["Flask", "event loop"])
def reader(request: pytest.FixtureRequest, app: Flask) -> Client:
    return Client(app if request.param == "Flask" else Front(AsgiApp(app)), response_wrapper=TestResponse)


@pytest.mark.parametrize("path", ["/queue", "/commentsqueue", "/comments-2/queue", "/Comments/queue", "//comments/queue", "/metrics", "/v1/comments"])  # fmt: skip
def test_outside_of_the_path_there_is_nothing_and_the_answer_says_why(reader: Client, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "Greenroom is below /comments, as public_url says" in answer.text


@pytest.mark.parametrize("path", ["/comments/comments/docs", "/comments//docs", "/comments/%64ocs", "/%63omments/docs"])
def test_each_address_has_one_spelling(reader: Client, path: str) -> None:
    raw = {"RAW_URI": path, "REQUEST_URI": path}
    assert reader.get("/comments/docs").status_code == 200
    assert reader.get(path, environ_overrides=raw).status_code == 404


def test_the_probes_of_the_machine_need_no_path(reader: Client) -> None:
    assert [reader.get(path).status_code for path in ("/livez", "/readyz", "/comments/livez")] == [200, 200, 200]


def test_redirects_and_links_stay_below_the_path(reader: Client) -> None:
    assert reader.get("/comments").headers["Location"] == "/comments/queue"
    assert reader.get("/comments/queue").headers["Location"] == "/comments/sign-in?next=/queue"
    page = reader.get("/comments/sign-in?next=/queue").text
    assert 'action="/comments/sign-in"' in page
    assert 'name="next" value="/queue"' in page


def test_what_people_write_is_not_changed(reader: Client) -> None:
    page = reader.get("/comments/sign-in?next=/queue%3Fq%3D%20href%3D%22/x").text
    assert 'value="/queue?q= href=&#34;/x"' in page


def test_cookies_stay_below_the_path_and_have_the_prefix_that_browsers_take_there(reader: Client, database: Database) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        person = add_moderator(session, "dana@news.example", name="Dana", now=now)
        token = new_link(session, person.id, now=now, valid=timedelta(hours=1))
    answer = reader.post(f"/comments/sign-in/{token}", headers={"Origin": "https://news.example"})
    assert answer.headers["Location"] == "/comments/account/first-password"
    cookies = answer.headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Secure-greenroom", "__Secure-greenroom-device"]
    assert all("; Path=/comments;" in cookie for cookie in cookies)
