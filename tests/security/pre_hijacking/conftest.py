"""Fixtures: admins of one site each, and an account that one of them got into before another site gives it a role."""

from datetime import UTC, datetime

import pytest

from service.actions.accounts.passkeys import add_passkey
from service.domain.security.passkeys import VerifiedPasskey
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Role
from tests.security.conftest import House
from tests.security.pre_hijacking.accounts import MALLORYS, VICTOR, invite
from tests.support.sign_in import Browser


@pytest.fixture
def mallory(house: House) -> Browser:
    """An admin of the site `news` only."""
    return house.person("mallory@news.example", Role.ADMIN)


@pytest.fixture
def bea(house: House) -> Browser:
    """An admin of the site `blog` only."""
    return house.person("bea@blog.example", Role.ADMIN, site="blog")


@pytest.fixture
def hijacked(house: House, mallory: Browser) -> Browser:
    """The browser in which Mallory signed in as Victor, with the link that she made for him, set a password, and
    added a passkey."""
    browser = Browser(house.app).signed_in(invite(mallory, VICTOR, site="news"))
    assert browser.post("/account/password", {"new": MALLORYS, "again": MALLORYS}).status_code == 303
    with house.database.writing() as session:
        victor = moderator_with(session, VICTOR)
        add_passkey(session, victor, VerifiedPasskey("bWFsbG9yeQ", "a2V5", 0), name="Mallory's", now=datetime.now(UTC))
    return browser
