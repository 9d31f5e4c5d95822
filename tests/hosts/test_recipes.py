"""The recipes of docs/recipes, run as they stand there: a comment waits, a moderator approves it, and it is on the page."""

import os
import re
import shutil
from pathlib import Path

import pytest
import requests
from greenroom_client import Client, Comment
from playwright.sync_api import Browser, expect

from tests.hosts.conftest import NewSite
from tests.hosts.recipe import running
from tests.support.servers import wait_until

CALM, RUDE = "I walked across it every morning.", "Call me at +49 30 12345678 about the tickets."
#: Held also where it is sent within a second, as by a machine: that and an insult would be two reasons to reject.
PERSONAL = "Call me at +49 30 12345678 about the bridge."
#: `make recipes` sets it: packages come from their registries.
LITERAL = "RECIPES" in os.environ
literally = pytest.mark.skipif(not LITERAL, reason="`make recipes` runs it, with packages from their registries")


def text_of(url: str) -> str:
    return requests.get(url, timeout=60).text


def write(url: str, text: str) -> str:
    """Send the form of a page as a browser does. Returns the address that it leads to."""
    with requests.Session() as reader:
        hidden = re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', reader.get(url, timeout=60).text)
        response = reader.post(url, {**dict(hidden), "name": "Ada", "text": text}, timeout=60)
        assert response.ok, response.text
        return response.url


def play(url: str, site: NewSite) -> None:
    """A reader writes two comments; a moderator finds one of them held, and approves it."""
    client = Client(site.url, site.key)
    assert CALM not in text_of(url)
    write(url, CALM)
    assert write(url, RUDE).endswith("#waiting")
    wait_until(lambda: CALM in text_of(url), what="the calm comment on the page")
    assert "appears once it has been looked at" in text_of(url)
    held = held_comment(client)
    assert held["author"]["name"] == "Ada"
    assert RUDE not in text_of(url)
    client.decide(held["id"], "approve")
    wait_until(lambda: RUDE in text_of(url), what="the approved comment on the page")
    client.erase(held["id"])
    wait_until(lambda: RUDE not in text_of(url), what="the erased comment to be gone")


def held_comment(client: Client, text: str = RUDE) -> Comment:
    wait_until(lambda: any(client.list(state="held")), what="the held comment")
    [held] = client.list(state="held")
    assert held["text"] == text
    return held


def play_embed(chromium: Browser, url: str, site: NewSite) -> None:
    """A reader writes a comment, sees it wait, and everybody sees it once it is approved."""
    page = chromium.new_context().new_page()
    page.goto(url)
    page.get_by_label("Your comment").fill(PERSONAL)
    page.get_by_role("button", name="Send the comment").click()
    expect(page.locator(".greenroom-waiting")).to_contain_text(PERSONAL)
    client = Client(site.url, site.key)
    held = held_comment(client, PERSONAL)
    assert held["thread"]["id"] == "/posts/bridge/"
    client.decide(held["id"], "approve")
    other = chromium.new_context().new_page()
    other.goto(url)

    def approved_is_there() -> bool:
        other.reload()
        expect(other.get_by_role("heading", name="Comments")).to_be_visible()
        return other.get_by_text(PERSONAL).count() == 1

    wait_until(approved_is_there, what="the approved comment on the page")


def test_the_flask_recipe_ends_with_the_approved_comment_on_the_page(site: NewSite, tmp_path: Path) -> None:
    with running("flask.md", site, tmp_path, literal=LITERAL, path="/bridge") as host:
        play(f"{host}/bridge", site)


@literally
@pytest.mark.parametrize(("page", "path"), [("django.md", "/bridge/"), ("express.md", "/bridge")])
def test_a_recipe_with_a_form_ends_with_the_approved_comment_on_the_page(
    site: NewSite, tmp_path: Path, page: str, path: str
) -> None:
    with running(page, site, tmp_path, literal=True, path=path) as host:
        play(host + path, site)


@literally
def test_the_eleventy_recipe_ends_with_the_approved_comment_on_the_page(site: NewSite, chromium: Browser, tmp_path: Path) -> None:
    with running("eleventy.md", site, tmp_path, literal=True, path="/posts/bridge/") as host:
        play_embed(chromium, f"{host}/posts/bridge/", site)


@pytest.mark.skipif(shutil.which("hugo") is None, reason="this machine has no Hugo")
def test_the_hugo_recipe_ends_with_the_approved_comment_on_the_page(site: NewSite, chromium: Browser, tmp_path: Path) -> None:
    with running("hugo.md", site, tmp_path, literal=True, path="/posts/bridge/") as host:
        play_embed(chromium, f"{host}/posts/bridge/", site)
