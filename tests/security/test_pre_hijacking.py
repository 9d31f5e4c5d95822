"""Nobody who can open an account from before gets a role that it was given later, and no link alone opens what others gave."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from service.actions.accounts.two_factor import begin, confirm
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import code_at, step_at
from service.store.accounts.moderators import moderator_with, roles_of
from service.store.tables.accounts import BrowserSession, Role, SignInLink
from service.store.tables.audit_log import AuditEntry
from service.store.tables.invitations import Invitation
from tests.commands.conftest import Greenroom
from tests.security.conftest import House
from tests.support.oidc_provider import CLIENT, SECRET, Provider
from tests.support.sign_in import Browser, moderator, serving

MALLORYS, OWN = "a quiet room behind the stage", "another room below the stage"
VICTOR = "victor@blog.example"
LINK = re.compile(r"/sign-in/([\w-]{20,})")


@pytest.fixture
def mallory(house: House) -> Browser:
    """An admin of the news alone."""
    return house.person("mallory@news.example", Role.ADMIN)


@pytest.fixture
def bea(house: House) -> Browser:
    """An admin of the blog alone."""
    return house.person("bea@blog.example", Role.ADMIN, site="blog")


@pytest.fixture
def hijacked(house: House, mallory: Browser) -> Browser:
    """The browser in which Mallory signed in as Victor, with the link that she made for him, and set a password."""
    browser = Browser(house.app).signed_in(invite(mallory, VICTOR, site="news"))
    assert browser.post("/account/password", {"new": MALLORYS, "again": MALLORYS}).status_code == 303
    return browser


def invite(admin: Browser, email: str, *, site: str, role: str = "admin") -> str:
    """The token of the link that the page shows; empty where it shows none."""
    answer = admin.post("/settings/moderators", {"site": site, "email": email, "role": role})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found = LINK.search(answer.get_data(as_text=True))
    return found[1] if found else ""


def added(greenroom: Greenroom, *words: str) -> tuple[str, str]:
    """The token of the link that `greenroom user add` prints, and all that it prints."""
    result = greenroom("user", "add", *words)
    assert result.exit_code == 0, result.output
    return LINK.search(result.output)[1], result.output  # type: ignore[index]


def with_password(house: House, password: str = MALLORYS, email: str = VICTOR) -> Browser:
    browser = Browser(house.app)
    browser.post("/sign-in", {"email": email, "password": password})
    browser.get("/account")
    return browser


def opens(browser: Browser, site: str) -> bool:
    """Whether this browser acts as an admin of the site."""
    return browser.get(f"/settings/keys?site={site}").status_code == 200


def roles(house: House, email: str = VICTOR) -> dict[str, Role]:
    with house.database.reading() as session:
        return roles_of(session, moderator_with(session, email))


def accept(browser: Browser, token: str, **form: str) -> int:
    return browser.post(f"/sign-in/{token}", form).status_code


def test_what_opened_an_account_before_does_not_open_the_role_that_another_site_gives(
    house: House, hijacked: Browser, mallory: Browser, bea: Browser
) -> None:
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
    again = LINK.search(mallory.post(f"/settings/moderators/{person}/link", {"site": "news"}).get_data(as_text=True))[1]  # type: ignore[index]
    token = invite(bea, VICTOR, site="blog")
    assert token
    assert roles(house) == {"news": Role.ADMIN}
    old = with_password(house)
    assert old.post("/settings/keys", {"site": "blog", "scope": "admin"}).status_code == 404
    for browser in (hijacked, old, Browser(house.app).signed_in(again)):
        assert not opens(browser, "blog")
    # Nor does the link, for whoever holds it alone: it would open the news.
    stranger = Browser(house.app)
    assert accept(stranger, token) == 403
    assert accept(stranger, token, password=MALLORYS) == 403
    assert roles(house) == {"news": Role.ADMIN}


def test_an_admin_who_invites_somebody_of_another_site_does_not_get_into_their_account(
    house: House, mallory: Browser, bea: Browser
) -> None:
    """The link is shown to who gives the role: it must not open what others gave."""
    token = invite(mallory, "bea@blog.example", site="news")
    for browser in (Browser(house.app), mallory):
        assert accept(browser, token) == 403
        assert not opens(browser, "blog")
    # Who works everywhere has a role here already, and there is nothing to accept.
    moderator(house.database, "root@everywhere.example", Role.ADMIN)
    assert invite(mallory, "root@everywhere.example", site="news") == ""
    # Neither Bea's session nor her roles have changed.
    assert opens(bea, "blog")
    assert roles(house, "bea@blog.example") == {"blog": Role.ADMIN}


@pytest.fixture
def accepted(house: House, bea: Browser, mallory: Browser, hijacked: Browser) -> Browser:
    """The browser of somebody who knew the password and got the link, and has accepted."""
    browser = with_password(house)
    token = invite(bea, VICTOR, site="blog")
    assert accept(browser, token, password=MALLORYS) == 303
    browser.get("/account")
    return browser


def test_whoever_accepts_has_both_roles_and_nothing_from_before_opens_the_account(
    house: House, hijacked: Browser, accepted: Browser
) -> None:
    assert roles(house) == {"news": Role.ADMIN, "blog": Role.ADMIN}
    assert opens(accepted, "blog")
    for browser in (hijacked, with_password(house)):
        assert browser.get("/account").status_code == 303
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR)
        assert (person.password, person.second_factor_at, person.elsewhere) == ("", None, None)
        for table in (SignInLink, Invitation):
            assert session.scalar(select(table).where(table.moderator_id == person.id)) is None
        mine = session.scalars(select(BrowserSession).where(BrowserSession.moderator_id == person.id)).all()
        assert len(mine) == 1
    assert "does not open this account any more" in accepted.get("/account?done=accepted").get_data(as_text=True)
    assert accepted.post("/account/password", {"new": OWN, "again": OWN}).status_code == 303
    assert opens(with_password(house, OWN), "blog")


def test_an_invitation_and_its_acceptance_stand_in_the_log_of_the_site(house: House, accepted: Browser) -> None:
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.site_id == "blog", AuditEntry.about == str(person)).order_by(AuditEntry.at)
        )
        deeds = [(row.deed, row.by, row.facts["after"]["role"], row.moderator_id == person) for row in rows]
    assert deeds == [("moderator_invited", "moderator", "admin", False), ("role_accepted", "moderator", "admin", True)]


def test_an_invitation_is_accepted_once_and_asks_for_the_present_password_and_a_code(
    house: House, hijacked: Browser, bea: Browser
) -> None:
    seal, now = SecretBox.from_secret(house.settings.secret), datetime.now(UTC)
    with house.database.writing() as session:
        person = moderator_with(session, VICTOR)
        begin(session, person.id, seal=seal)
        session.refresh(person)
        secret = seal.decrypt(person.second_factor)
        digest = session.scalars(select(BrowserSession.digest).where(BrowserSession.moderator_id == person.id)).one()
        confirm(session, person.id, code_at(secret, step_at(now) - 1), seal=seal, now=now, but=digest)
    token, code = invite(bea, VICTOR, site="blog"), code_at(secret, step_at(now))
    for form in ({}, {"password": "wrong", "code": code}, {"password": MALLORYS}, {"password": MALLORYS, "code": "000000"}):
        assert accept(hijacked, token, **form) == 422, form
    assert not opens(hijacked, "blog")
    assert accept(hijacked, token, password=MALLORYS, code=code) == 303
    assert opens(hijacked, "blog")
    assert accept(Browser(house.app), token) == 410


def test_looking_at_an_invitation_uses_nothing_up_and_says_what_it_takes(house: House, hijacked: Browser, bea: Browser) -> None:
    token = invite(bea, VICTOR, site="blog")
    for browser, words in (
        (Browser(house.app), "Sign in to this account first"),
        (bea, "Sign in to this account first"),
        (hijacked, "Present password"),
    ):
        page = browser.get(f"/sign-in/{token}").get_data(as_text=True)
        assert words in page
        assert "admin on blog" in page
        assert "news" not in page
    assert f'href="/sign-in?next=/sign-in/{token}"' in Browser(house.app).get(f"/sign-in/{token}").get_data(as_text=True)


def test_until_it_is_accepted_nothing_of_the_account_changes_and_it_can_be_withdrawn(
    house: House, hijacked: Browser, bea: Browser
) -> None:
    token = invite(bea, VICTOR, site="blog")
    page = bea.get("/settings/moderators").get_data(as_text=True)
    assert "waits to be accepted" in page
    assert VICTOR in page
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
    assert opens(hijacked, "news")
    assert bea.post(f"/settings/moderators/{person}/link", {"site": "blog"}).status_code == 404
    assert bea.post(f"/settings/moderators/{person}/second-factor", {"site": "blog"}).status_code == 404
    assert bea.post(f"/settings/moderators/{person}", {"site": "blog", "role": "admin"}).status_code == 404
    assert bea.post(f"/settings/moderators/{person}", {"site": "blog", "role": "none"}).status_code == 303
    assert opens(hijacked, "news")
    assert accept(hijacked, token, password=MALLORYS) == 410
    assert "waits to be accepted" not in bea.get("/settings/moderators").get_data(as_text=True)


def test_an_invitation_made_again_ends_the_one_before_and_another_sites_goes_on(
    house: House, hijacked: Browser, mallory: Browser, bea: Browser
) -> None:
    first, second = invite(bea, VICTOR, site="blog"), invite(bea, VICTOR, site="blog", role="viewer")
    assert accept(hijacked, first, password=MALLORYS) == 410
    # Whatever the other site does with its own role.
    assert invite(mallory, VICTOR, site="news", role="viewer") == ""
    again = with_password(house)
    assert accept(again, second, password=MALLORYS) == 303
    assert roles(house) == {"blog": Role.VIEWER, "news": Role.VIEWER}


def test_a_role_on_a_site_that_is_known_needs_no_acceptance_and_ends_the_links_of_before(house: House, mallory: Browser) -> None:
    link = invite(mallory, VICTOR, site="news", role="viewer")
    assert invite(mallory, VICTOR, site="news", role="moderator") == ""
    assert roles(house) == {"news": Role.MODERATOR}
    assert Browser(house.app).post(f"/sign-in/{link}").status_code == 410


def test_an_admin_of_all_their_sites_invites_without_their_password(house: House) -> None:
    """Such an admin can make a link to the account anyway."""
    house.person("both@news.example", Role.ADMIN)
    both = Browser(house.app).signed_in(moderator(house.database, "both@news.example", Role.ADMIN, site="blog"))
    old = Browser(house.app).signed_in(moderator(house.database, VICTOR, Role.ADMIN, site="news"))
    old.post("/account/password", {"new": MALLORYS, "again": MALLORYS})
    token = invite(both, VICTOR, site="blog")
    fresh = Browser(house.app).signed_in(token)
    assert opens(fresh, "blog")
    for browser in (old, with_password(house)):
        assert browser.get("/account").status_code == 303


def test_an_account_without_any_role_is_taken_up_again_by_its_link_alone(
    house: House, mallory: Browser, bea: Browser, hijacked: Browser
) -> None:
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
    assert mallory.post(f"/settings/moderators/{person}", {"site": "news", "role": "none"}).status_code == 303
    token = invite(bea, VICTOR, site="blog")
    assert not opens(with_password(house), "blog")
    assert opens(Browser(house.app).signed_in(token), "blog")
    assert with_password(house).get("/account").status_code == 303


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


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def newsroom(house: House, provider: Provider) -> Iterator[House]:
    """The same house with an OpenID provider."""
    settings = replace(house.settings, oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    with serving(settings) as app:
        yield replace(house, app=app, settings=settings)


def through_the_provider(browser: Browser, provider: Provider, start: str = "/sign-in/elsewhere/start", **claims: str) -> int:
    provider.next(**claims)
    page = browser.post(start, {"old": MALLORYS}).get_data(as_text=True)
    goal = unescape(re.search(r'content="0; url=([^"]+)"', page)[1])  # type: ignore[index]
    back = urlsplit(requests.get(goal, allow_redirects=False, timeout=60).headers["Location"])
    return browser.get(f"{back.path}?{back.query}").status_code


def test_an_account_at_a_provider_that_was_connected_before_does_not_open_the_new_role(
    newsroom: House, provider: Provider, hijacked: Browser, bea: Browser, greenroom: Greenroom
) -> None:
    inside = with_password(newsroom)
    assert through_the_provider(inside, provider, "/account/elsewhere", email="mallory@else.example") == 303
    thief = Browser(newsroom.app)
    assert through_the_provider(thief, provider, email="mallory@else.example") == 303
    token, _ = added(greenroom, VICTOR, "--role", "admin", "--site", "blog")
    assert not opens(thief, "blog")
    assert opens(Browser(newsroom.app).signed_in(token), "blog")
    assert thief.get("/account").status_code == 303
    assert through_the_provider(Browser(newsroom.app), provider, email="mallory@else.example") == 403
    # The provider's word for the address itself counts again, as it does for everybody without another way in.
    assert through_the_provider(Browser(newsroom.app), provider, email=VICTOR) == 303


def test_signing_in_at_the_provider_accepts_nothing_by_itself(
    newsroom: House, provider: Provider, mallory: Browser, bea: Browser
) -> None:
    invite(mallory, VICTOR, site="news")
    token = invite(bea, VICTOR, site="blog")
    victor = Browser(newsroom.app)
    assert through_the_provider(victor, provider, email=VICTOR) == 303
    assert roles(newsroom) == {"news": Role.ADMIN}
    assert accept(victor, token) == 303
    assert opens(victor, "blog")
