"""Account pre-hijacking through an OpenID provider: no account there that was connected before opens a role given later."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import pytest
import requests

from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Role
from tests.commands.conftest import Greenroom
from tests.security.conftest import House
from tests.security.pre_hijacking.accounts import MALLORYS, VICTOR, accept, added, invite, opens, roles, with_password
from tests.support.oidc_provider import CLIENT, SECRET, Provider
from tests.support.sign_in import Browser, serving


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def newsroom(house: House, provider: Provider) -> Iterator[House]:
    """The same installation with an OpenID provider."""
    settings = replace(house.settings, oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    with serving(settings) as app:
        yield replace(house, app=app, settings=settings)


def through_the_provider(browser: Browser, provider: Provider, start: str = "/sign-in/oidc/start", **claims: str) -> int:
    provider.next(**claims)
    page = browser.post(start, {"old": MALLORYS}).get_data(as_text=True)
    goal = unescape(re.search(r'content="0; url=([^"]+)"', page)[1])  # type: ignore[index]
    back = urlsplit(requests.get(goal, allow_redirects=False, timeout=60).headers["Location"])
    return browser.get(f"{back.path}?{back.query}").status_code


def test_an_account_at_a_provider_that_was_connected_before_does_not_open_the_new_role(
    newsroom: House, provider: Provider, hijacked: Browser, bea: Browser, greenroom: Greenroom
) -> None:
    inside = with_password(newsroom)
    assert through_the_provider(inside, provider, "/account/oidc", email="mallory@else.example") == 303
    thief = Browser(newsroom.app)
    assert through_the_provider(thief, provider, email="mallory@else.example") == 303
    token, _ = added(greenroom, VICTOR, "--role", "admin", "--site", "blog")
    assert not opens(thief, "blog")
    assert opens(Browser(newsroom.app).signed_in(token), "blog")
    assert thief.get("/account").status_code == 303
    assert through_the_provider(Browser(newsroom.app), provider, email="mallory@else.example") == 403
    # The provider's verified e-mail counts again, as for all accounts without another sign-in method.
    assert through_the_provider(Browser(newsroom.app), provider, email=VICTOR) == 303


def test_a_first_sign_in_at_the_provider_accepts_an_invitation_and_a_later_one_does_not(
    newsroom: House, provider: Provider, mallory: Browser, bea: Browser
) -> None:
    invite(mallory, VICTOR, site="news")
    victor = Browser(newsroom.app)
    assert through_the_provider(victor, provider, email=VICTOR) == 303
    assert roles(newsroom) == {"news": Role.ADMIN}
    token = invite(bea, VICTOR, site="blog")
    assert through_the_provider(victor, provider, email=VICTOR) == 303
    assert roles(newsroom) == {"news": Role.ADMIN}
    assert accept(victor, token) == 303
    assert opens(victor, "blog")
    # The account at the provider opened the session that accepted, so it stays connected.
    with newsroom.database.reading() as session:
        assert moderator_with(session, VICTOR).oidc_account
    assert through_the_provider(Browser(newsroom.app), provider, email=VICTOR) == 303
