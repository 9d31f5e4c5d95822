"""The account that somebody got into before, and how it is invited, signed in to and accepted."""

import re

from service.store.accounts.moderators import moderator_with, roles_of
from service.store.tables.accounts import Role
from tests.commands.conftest import Greenroom
from tests.security.conftest import House
from tests.support.sign_in import Browser

MALLORYS = "a quiet room behind the stage"
VICTOR = "victor@blog.example"
LINK = re.compile(r"/sign-in/([\w-]{20,})")


def invite(admin: Browser, email: str, *, site: str, role: str = "admin") -> str:
    """The token of the link on the page; empty if it shows none."""
    answer = admin.post("/settings/moderators", {"site": site, "email": email, "role": role})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found = LINK.search(answer.get_data(as_text=True))
    return found[1] if found else ""


def added(greenroom: Greenroom, *words: str) -> tuple[str, str]:
    """Run `greenroom user add`. Returns the token of its link and its whole output."""
    result = greenroom("user", "add", *words)
    assert result.exit_code == 0, result.output
    return LINK.search(result.output)[1], result.output  # type: ignore[index]


def with_password(house: House, password: str = MALLORYS, email: str = VICTOR) -> Browser:
    browser = Browser(house.app)
    browser.post("/sign-in", {"email": email, "password": password})
    browser.get("/account")
    return browser


def opens(browser: Browser, site: str) -> bool:
    """Whether this browser can act as an admin of the site."""
    return browser.get(f"/settings/keys?site={site}").status_code == 200


def roles(house: House, email: str = VICTOR) -> dict[str, Role]:
    with house.database.reading() as session:
        return roles_of(session, moderator_with(session, email))


def accept(browser: Browser, token: str, **form: str) -> int:
    return browser.post(f"/sign-in/{token}", form).status_code
