"""A whole Greenroom behind the recipes for a host name of its own, over https: certificate, cookies, links, and a sign-in by mail."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service.actions.accounts.moderators import add_moderator, give_role, set_preferences
from service.actions.sites.sites_and_keys import add_site
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from tests.support.behind_proxy.acme import Pebble
from tests.support.behind_proxy.with_tls import NAME, TlsCaddy, TlsNginx, TlsProxy
from tests.support.desk import WATCH, browser
from tests.support.process_tree import Up
from tests.support.servers import PATIENCE, wait_until
from tests.support.smtp_server import SmtpServer, serving_smtp

HOME = f"https://{NAME}"


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with serving_smtp("127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def up(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, mail_server: SmtpServer) -> Iterator[Up]:
    home = tmp_path_factory.mktemp("https") / "home"
    home.mkdir(mode=0o700)
    (home / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{home}/greenroom.db")
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        person = add_moderator(session, "hal@news.example", name="Hal", now=datetime.now(UTC))
        give_role(session, person, Role.ADMIN, site_id=None)
        set_preferences(session, person.id, practice_declined=True)
    database.close()
    settings = {
        "GREENROOM_PUBLIC_URL": HOME,
        "GREENROOM_TRUSTED_PROXIES": "1",
        "GREENROOM_METRICS_TOKEN": "a token of the operator",
        "GREENROOM_BROKER": "none",
        "GREENROOM_MAIL_URL": mail_server.url(),
        "GREENROOM_MAIL_FROM": "greenroom@news.example",
    }
    with Up(home, **settings) as up:
        yield up


@pytest.fixture(scope="module", params=[TlsCaddy, TlsNginx])
def proxy(request: pytest.FixtureRequest, up: Up, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsProxy]:
    folder = tmp_path_factory.mktemp("proxy")
    proxy = request.param.find(folder)
    if proxy is None or (isinstance(proxy, TlsCaddy) and Pebble.find(folder) is None):
        pytest.skip(f"{request.param.name}, or an ACME server for it, is not to be had on this machine")
    proxy.web_port = up.port
    with proxy:
        yield proxy


def test_the_certificate_is_valid_and_http_leads_to_https(proxy: TlsProxy) -> None:
    start = proxy.ask("/")
    assert (start.status, start.headers["Location"]) == (302, "/queue")
    assert start.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert proxy.ask("/metrics", source="127.0.0.3").status in (403, 404)
    moved = proxy.ask_without_tls("/sign-in")
    assert (moved.status in (301, 308), moved.headers["Location"]) == (True, f"{HOME}/sign-in")


@pytest.mark.parametrize(
    "path", ["/sign-in", "/f/news?thread=a", "/docs", "/openapi.json", "/v1/threads/a/comments?site=news&format=atom"]
)
def test_no_answer_names_an_address_without_tls_or_a_port_of_the_machine(proxy: TlsProxy, up: Up, path: str) -> None:
    answer = proxy.ask(path)
    assert answer.status == 200
    assert f"http://{NAME}".encode() not in answer.body
    assert f":{up.port}".encode() not in answer.body


def test_a_link_by_mail_signs_in_and_its_cookie_never_leaves_tls(proxy: TlsProxy, mail_server: SmtpServer) -> None:
    # As a browser would that finds the name at this machine.
    places = f"MAP {NAME}:443 127.0.0.1:{proxy.port}"
    with browser(f"--host-resolver-rules={places}") as chromium:
        if chromium is None:
            pytest.skip("Chromium is not to be had on this machine")
        # The certificate is verified by another test; to Chromium, its authority is a stranger.
        page = chromium.new_context(ignore_https_errors=True).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(WATCH)
        page.goto(f"{HOME}/sign-in")
        page.get_by_label("E-mail address").fill("hal@news.example")
        taken = len(mail_server.mails)
        page.get_by_role("button", name="Send me a link").click()
        wait_until(lambda: len(mail_server.mails) > taken, what="the mail with the link")
        [link] = re.findall(r"https?://\S+/sign-in/\S+", mail_server.mails[-1].get_content())
        assert link.startswith(f"{HOME}/sign-in/")
        page.goto(link)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.goto(f"{HOME}/queue?site=news")
        expect(page).to_have_url(f"{HOME}/queue?site=news")
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert all(cookie["secure"] for cookie in cookies.values())
        # A script sets the other one: the time zone of the reader.
        assert {name for name, cookie in cookies.items() if cookie["httpOnly"]} == {"__Host-greenroom", "__Host-greenroom-device"}
        assert page.evaluate("window.isSecureContext")
        assert page.evaluate("window.__refused") == []
