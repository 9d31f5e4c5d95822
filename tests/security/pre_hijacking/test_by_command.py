"""Account pre-hijacking: a role that the operator gives never goes to a person who had access to the account before."""

import pytest

from service.store.tables.accounts import Role
from tests.commands.conftest import Greenroom
from tests.security.conftest import House
from tests.security.pre_hijacking.accounts import VICTOR, accept, added, invite, opens, roles, with_password
from tests.support.sign_in import Browser


@pytest.mark.parametrize("words", [("--role", "admin"), ("--role", "admin", "--site", "blog")])
def test_what_opened_an_account_before_does_not_open_the_role_that_the_operator_gives(
    house: House, hijacked: Browser, greenroom: Greenroom, words: tuple[str, ...]
) -> None:
    token, printed = added(greenroom, VICTOR, *words)
    assert "has an account already" in printed
    assert roles(house) == {"news": Role.ADMIN}
    for browser in (hijacked, with_password(house)):
        assert not opens(browser, "blog")
        assert opens(browser, "news")
    fresh = Browser(house.app).signed_in(token)
    assert roles(house) == {"news": Role.ADMIN, "blog": Role.ADMIN}
    assert opens(fresh, "blog")
    for browser in (hijacked, with_password(house)):
        assert browser.get("/account").status_code == 303


def test_the_operator_gives_roles_that_are_known_at_once_and_the_others_by_the_link(
    house: House, hijacked: Browser, greenroom: Greenroom
) -> None:
    token, printed = added(greenroom, VICTOR, "--role", "viewer", "--site", "news", "--site", "blog", "--json")
    assert '"accepted_by_link": ["blog"]' in printed
    assert roles(house) == {"news": Role.VIEWER}
    Browser(house.app).signed_in(token)
    assert roles(house) == {"news": Role.VIEWER, "blog": Role.VIEWER}
    token, printed = added(greenroom, "new@blog.example", "--role", "viewer", "--json")
    assert '"accepted_by_link": []' in printed
    assert set(roles(house, "new@blog.example")) == {"news", "blog"}
    _, printed = added(greenroom, "new@blog.example", "--role", "admin")
    assert "is admin on every site" in printed


def test_a_disabled_account_that_the_operator_invites_stays_shut_until_it_accepts(
    house: House, hijacked: Browser, greenroom: Greenroom
) -> None:
    assert greenroom("user", "disable", VICTOR).exit_code == 0
    token, _ = added(greenroom, VICTOR, "--role", "admin", "--site", "blog")
    assert with_password(house).get("/account").status_code == 303
    assert opens(Browser(house.app).signed_in(token), "blog")
    assert with_password(house).get("/account").status_code == 303


def test_an_account_that_is_disabled_loses_its_invitations(
    house: House, hijacked: Browser, bea: Browser, greenroom: Greenroom
) -> None:
    token = invite(bea, VICTOR, site="blog")
    assert greenroom("user", "disable", VICTOR).exit_code == 0
    assert accept(Browser(house.app), token) == 410
