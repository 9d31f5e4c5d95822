"""A whole Greenroom below a path of another host's, on a Unix socket behind nginx."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from service.actions.accounts.moderators import add_moderator, give_role, set_preferences
from service.actions.accounts.sign_in import set_password
from service.actions.sites.sites_and_keys import add_key, add_site
from service.domain.security.passwords import hash_password
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.sites import Scope
from tests.browser.queue_page import answered
from tests.browser.test_passkeys import Phone
from tests.integrations.connected_blog import DOUBTFUL, ConnectedBlog
from tests.support.behind_proxy.below_path import Installed
from tests.support.behind_proxy.crawl import crawl
from tests.support.behind_proxy.proxies import RECIPES, Apache, Caddy, Nginx, Proxy
from tests.support.desk import Desk, opened
from tests.support.furnished_site import furnish
from tests.support.news_page import served_pages
from tests.support.oidc_provider import CLIENT, Provider
from tests.support.oidc_provider import SECRET as OIDC_SECRET
from tests.support.process_tree import Up
from tests.support.servers import wait_until
from tests.support.smtp_server import SmtpServer, serving_smtp
from tests.support.wordpress import MariaDb
from tests.support.wordpress_plugin import PluginBlog

SECRET = "a secret that only the tests know, long enough"
PASSWORD = "a quiet room behind the stage"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with serving_smtp("127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def installed(
    chromium: Browser,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    provider: Provider,
    mail_server: SmtpServer,
) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("below")
    nginx, home = Nginx.find(folder), folder / "home"
    if nginx is None:
        pytest.skip("nginx is not to be had on this machine")
    home.mkdir()
    (home / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    nginx.recipe = (RECIPES / "nginx-sub-path.conf").read_text().replace("/run/greenroom/web.sock", str(folder / "web.sock"))
    database, address = Database(f"sqlite:///{home}/greenroom.db"), f"{nginx.url}/comments"
    with served_pages(address) as origin:
        with database.writing() as session:
            add_site(session, "news", origins=[origin], now=datetime.now(UTC))
            key = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
        desk = Desk(None, address, database, chromium)  # type: ignore[arg-type]
        furnish(desk)
        settings = {
            "GREENROOM_PUBLIC_URL": address,
            "GREENROOM_SOCKET": str(folder / "web.sock"),
            "GREENROOM_TRUSTED_PROXIES": "1",
            "GREENROOM_SECRET_KEY": SECRET,
            "GREENROOM_BROKER": "none",
            "GREENROOM_OIDC_ISSUER": provider.issuer,
            "GREENROOM_OIDC_CLIENT_ID": CLIENT,
            "GREENROOM_OIDC_CLIENT_SECRET": OIDC_SECRET,
            "GREENROOM_OIDC_NAME": "Newsroom login",
            "GREENROOM_MAIL_URL": mail_server.url(),
            "GREENROOM_MAIL_FROM": "greenroom@news.example",
            "GREENROOM_WEBHOOK_ALLOW": "127.0.0.0/8",
        }
        with nginx, Up(home, **settings):
            yield Installed(desk, nginx, key, origin)
    database.close()


def test_every_page_leads_only_to_addresses_below_the_path(installed: Installed) -> None:
    ask = installed.desk.sit_down(preferences={"practice_declined": True}).context.request
    visited = list(crawl(ask, installed.desk.address, ["/", "/docs", "/account/first-password"]))
    astray = [place for url, _, to in visited for place in (url, to) if place and not _is_below(installed, place)]
    assert astray == []
    # A form that changes something answers 405 to a GET. What is asked for without its parameters may be refused.
    assert [(url, status) for url, status, _ in visited if status == 404 or status >= 500] == []
    assert len(visited) > 100


def test_a_moderator_signs_in_decides_and_takes_it_back(installed: Installed) -> None:
    with installed.desk.database.writing() as session:
        person = add_moderator(session, "eli@news.example", name="Eli", now=datetime.now(UTC))
        give_role(session, person, Role.ADMIN, site_id=None)
        set_preferences(session, person.id, practice_declined=True)
        set_password(session, person.id, hash_password(PASSWORD))
    page = installed.desk.sit_down("Fay")
    page.context.clear_cookies()
    installed.desk.open(page, "/queue?site=news&tab=held")
    page.get_by_label("E-mail address").fill("eli@news.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{installed.desk.address}/queue?site=news&tab=held")
    assert {cookie["path"].rstrip("/") for cookie in page.context.cookies()} == {"/comments"}
    page.wait_for_load_state()
    first = page.locator(".card").first.get_attribute("data-id")
    page.keyboard.press("a")
    answered(page)
    assert _state(installed, first) == "approved"
    page.keyboard.press("z")
    answered(page)
    assert _state(installed, first) == "held"
    assert page.evaluate("window.__refused") == []
    assert installed.desk.troubles == []


def test_a_link_by_mail_a_passkey_and_a_provider_sign_in(
    installed: Installed, provider: Provider, mail_server: SmtpServer
) -> None:
    page = installed.desk.sit_down("Hal", preferences={"practice_declined": True})
    phone, home = Phone(page), installed.desk.address
    page.context.clear_cookies()
    installed.desk.open(page, "/sign-in")
    page.get_by_label("E-mail address").fill("hal@news.example")
    page.get_by_role("button", name="Send me a link").click()
    wait_until(lambda: bool(mail_server.mails), what="the mail with the link")
    [link] = re.findall(r"https?://\S+/sign-in/\S+", mail_server.mails[-1].get_content())
    assert link.startswith(f"{home}/sign-in/")
    page.goto(link)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Create a passkey").click()
    page.wait_for_url(f"{home}/queue")
    assert [passkey["userName"] for passkey in phone.passkeys] == ["hal@news.example"]
    page.context.clear_cookies()
    installed.desk.open(page, "/decisions")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{home}/decisions")
    provider.next("ida@news.example")
    page = installed.desk.sit_down("Ida", preferences={"practice_declined": True})
    page.context.clear_cookies()
    installed.desk.open(page, "/decisions")
    page.get_by_role("button", name="Newsroom login").click()
    page.wait_for_url(f"{home}/decisions")
    assert {cookie["path"].rstrip("/") for cookie in page.context.cookies()} == {"/comments"}
    assert installed.desk.troubles == []


def test_a_blog_of_wordpress_is_moderated(installed: Installed, mariadb: MariaDb, tmp_path: Path) -> None:
    if not PluginBlog.there():
        pytest.skip("WordPress is not to be had on this machine")
    wordpress = PluginBlog(tmp_path)
    wordpress.database = mariadb
    with wordpress:
        # The blog of the tests reaches nothing but this address of the machine.
        blog = ConnectedBlog(wordpress, installed.desk.address.replace("localhost", "127.0.0.1"), installed.key)
        with blog.api:
            blog.connect()
            comment = blog.comment(DOUBTFUL)
            blog.copy_becomes(comment, "held")
            blog.decide(comment, "approve")
            blog.becomes(comment, "approved")
        assert not wordpress.faults()


def test_a_page_of_the_site_shows_the_comments_and_takes_one(installed: Installed) -> None:
    page = installed.desk.sit_down("Gil")
    page.goto(f"{installed.host}/story.html")
    page.get_by_role("form", name="Write a comment").get_by_label("Your comment").fill("Below a path it works as well.")
    page.get_by_role("button", name="Send the comment").first.click()
    expect(page.get_by_role("status")).to_have_text("Thank you. Your comment will appear after a review.")
    assert installed.desk.troubles == []


@pytest.mark.parametrize("prefer", ["", "wait=5"])
def test_the_answers_of_the_api_name_addresses_below_the_path(installed: Installed, prefer: str) -> None:
    """With a preference the view answers, without one the event loop."""
    body = {"thread": {"id": "https://news.example/a/story"}, "text": f"A calm word, {prefer or 'at once'}."}
    sent = installed.ask("/comments/v1/comments", body, **({"Prefer": prefer} if prefer else {}))
    comment = json.loads(sent.body)
    path = f"/comments/v1/comments/{comment['id']}"
    assert (sent.headers["Location"], comment["links"]["self"], comment["url"]) == (path, path, installed.proxy.url + path)
    for _ in range(2):  # The second answer comes from the event loop.
        feed = installed.ask(comment["links"]["feed"])
        assert feed.status == 200
    assert json.loads(installed.ask("/comments/openapi.json").body)["servers"][0]["url"] == installed.desk.address
    assert json.loads(installed.ask("/comments/v1/comments/none").body)["type"].startswith("/comments/docs/errors#")


@pytest.mark.parametrize(("kind", "recipe"), [(Apache, "apache-sub-path.conf"), (Caddy, "Caddyfile-sub-path")])
def test_other_proxies_pass_the_path_on_as_well(kind: type[Proxy], recipe: str, chromium: Browser, tmp_path: Path) -> None:
    proxy = kind.find(tmp_path)
    if proxy is None:
        pytest.skip(f"{kind.name} is not to be had on this machine")
    settings = {"GREENROOM_PUBLIC_URL": f"{proxy.url}/comments", "GREENROOM_TRUSTED_PROXIES": "1"}
    thread = "https%3A%2F%2Fnews.example%2Fa%2Fstory"
    with opened(chromium, tmp_path, **settings) as desk:
        proxy.recipe = (RECIPES / recipe).read_text().replace("127.0.0.1:8000", desk.address.removeprefix("http://"))
        proxy.recipe = proxy.recipe.replace("\nnews.example {", f"\n:{proxy.port} {{")
        with proxy:
            there = Installed(desk, proxy, "", "")
            assert there.ask("/comments").headers["Location"] == "/comments/queue"
            assert there.ask(f"/comments/v1/threads/{thread}/comments?site=news").status == 200
            assert there.ask("/comments/metrics").status in (403, 404)
            assert there.counts_clients_apart("127.0.0.3", "127.0.0.4")


def test_a_client_is_known_by_the_address_that_the_proxy_saw(installed: Installed) -> None:
    assert installed.counts_clients_apart("127.0.0.5", "127.0.0.6")


def _is_below(installed: Installed, url: str) -> bool:
    rest = url.removeprefix(installed.desk.address)
    return not url.startswith(installed.proxy.url) or (rest != url and rest[:1] in ("", "/", "?"))


def _state(installed: Installed, comment: str | None) -> str:
    with installed.desk.database.reading() as session:
        return session.scalars(select(Comment.state).where(Comment.id == UUID(comment))).one()
