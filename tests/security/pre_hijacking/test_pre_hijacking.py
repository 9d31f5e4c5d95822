"""Account pre-hijacking: a role given later never goes to a person who had access to the account before."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service.actions.accounts.moderators import disable
from service.actions.accounts.passkeys import add_passkey, sign_in_with
from service.actions.accounts.two_factor import begin, confirm
from service.domain.security.encryption import SecretBox
from service.domain.security.passkeys import VerifiedPasskey
from service.domain.security.totp import code_at, step_at
from service.store.accounts.moderators import moderator_with
from service.store.accounts.passkeys import passkey_with, passkeys_of
from service.store.tables.accounts import BrowserSession, Role, SignInLink
from service.store.tables.audit_log import AuditEntry
from service.store.tables.invitations import Invitation
from service.store.tables.passkeys import Passkey
from tests.security.conftest import House
from tests.security.pre_hijacking.accounts import LINK, MALLORYS, VICTOR, accept, invite, opens, roles, with_password
from tests.support.sign_in import Browser, moderator


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
    # Nor does the link alone: it would give access to the news.
    stranger = Browser(house.app)
    assert accept(stranger, token) == 403
    assert accept(stranger, token, password=MALLORYS) == 403
    assert roles(house) == {"news": Role.ADMIN}


def test_an_admin_who_invites_somebody_of_another_site_does_not_get_into_their_account(
    house: House, mallory: Browser, bea: Browser
) -> None:
    """The link is shown to the admin who gives the role. It must not give access to roles that other admins gave."""
    token = invite(mallory, "bea@blog.example", site="news")
    for browser in (Browser(house.app), mallory):
        assert accept(browser, token) == 403
        assert not opens(browser, "blog")
    # A moderator of all sites has a role here already, so there is nothing to accept.
    moderator(house.database, "root@everywhere.example", Role.ADMIN)
    assert invite(mallory, "root@everywhere.example", site="news") == ""
    # Neither Bea's session nor her roles have changed.
    assert opens(bea, "blog")
    assert roles(house, "bea@blog.example") == {"blog": Role.ADMIN}


@pytest.fixture
def accepted(house: House, bea: Browser, mallory: Browser, hijacked: Browser) -> Browser:
    """The browser of a person who knew the password, got the link and accepted the role."""
    browser = with_password(house)
    token = invite(bea, VICTOR, site="blog")
    assert accept(browser, token, password=MALLORYS) == 303
    browser.get("/account")
    return browser


def test_whoever_accepts_has_both_roles_and_nothing_opens_the_account_that_was_not_proved_again(
    house: House, hijacked: Browser, accepted: Browser
) -> None:
    assert roles(house) == {"news": Role.ADMIN, "blog": Role.ADMIN}
    assert opens(accepted, "blog")
    assert hijacked.get("/account").status_code == 303
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR)
        assert (person.totp_enabled_at, person.oidc_account) == (None, None)
        for table in (SignInLink, Invitation, Passkey):
            assert session.scalar(select(table).where(table.moderator_id == person.id)) is None
        mine = session.scalars(select(BrowserSession).where(BrowserSession.moderator_id == person.id)).all()
        assert len(mine) == 1
    assert "passkeys no longer work" in accepted.get("/account?done=accepted").get_data(as_text=True)
    # The password was typed once more, so it stays.
    assert opens(with_password(house), "blog")


def test_a_passkey_that_opened_the_session_stays_and_the_others_end(house: House, bea: Browser) -> None:
    moderator(house.database, VICTOR, Role.ADMIN, site="news")
    browser, now = Browser(house.app), datetime.now(UTC)
    with house.database.writing() as session:
        victor = moderator_with(session, VICTOR)
        for name in ("Victor's", "Mallory's"):
            add_passkey(session, victor, VerifiedPasskey(name, "a2V5", 0), name=name, now=now)
        entry = sign_in_with(session, passkey_with(session, "Victor's"), 1, user_agent="", now=now)
    browser.client.set_cookie("greenroom", entry.token, domain="greenroom.example")
    assert accept(browser, invite(bea, VICTOR, site="blog")) == 303
    assert opens(browser, "blog")
    with house.database.reading() as session:
        assert [passkey.name for passkey in passkeys_of(session, moderator_with(session, VICTOR).id)] == ["Victor's"]


def test_an_invitation_tells_nothing_about_other_sites(house: House, hijacked: Browser, bea: Browser) -> None:
    """The page, the list and the page of the link are the same for an account of another site, a disabled one and a new one."""
    moderator(house.database, "gone@news.example", Role.ADMIN, site="news")
    with house.database.writing() as session:
        disable(session, "gone@news.example", now=datetime.now(UTC))
    pages = set()
    for email in (VICTOR, "gone@news.example", "new@blog.example"):
        page = bea.post("/settings/moderators", {"site": "blog", "email": email, "role": "viewer"}).get_data(as_text=True)
        token = LINK.search(page)[1]  # type: ignore[index]
        link = Browser(house.app).get(f"/sign-in/{token}").get_data(as_text=True)
        with house.database.reading() as session:
            person = moderator_with(session, email).id
        for secret, word in ((token, "TOKEN"), (email, "EMAIL"), (str(person), "ID")):
            page, link = page.replace(secret, word), link.replace(secret, word)
        assert bea.post(f"/settings/moderators/{person}", {"site": "blog", "role": "none"}).status_code == 303
        pages.add((re.sub(r'name="csrf" value="[^"]+"', "", page), link))
    assert len(pages) == 1


def test_a_role_that_changes_signs_nobody_out_and_counts_at_once(house: House, bea: Browser) -> None:
    moderator(house.database, "both@news.example", Role.ADMIN, site="news")
    both = Browser(house.app).signed_in(moderator(house.database, "both@news.example", Role.ADMIN, site="blog"))
    with house.database.reading() as session:
        path = f"/settings/moderators/{moderator_with(session, 'both@news.example').id}"
    for role, is_open in (("viewer", False), ("admin", True), ("none", False)):
        assert bea.post(path, {"site": "blog", "role": role}).status_code == 303
        assert opens(both, "blog") == is_open
        assert opens(both, "news")


def test_an_invitation_and_its_acceptance_stand_in_the_log_of_the_site(house: House, accepted: Browser) -> None:
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.site_id == "blog", AuditEntry.target == str(person)).order_by(AuditEntry.at)
        )
        deeds = [(row.event, row.actor, row.details["after"]["role"], row.moderator_id == person) for row in rows]
    assert deeds == [("moderator_invited", "moderator", "admin", False), ("role_accepted", "moderator", "admin", True)]


def test_an_invitation_is_accepted_once_and_asks_for_the_present_password_and_a_code(
    house: House, hijacked: Browser, bea: Browser
) -> None:
    secret_box, now = SecretBox.from_secret(house.settings.secret), datetime.now(UTC)
    with house.database.writing() as session:
        person = moderator_with(session, VICTOR)
        begin(session, person.id, secret_box=secret_box)
        session.refresh(person)
        secret = secret_box.decrypt(person.totp_secret)
        digest = session.scalars(select(BrowserSession.digest).where(BrowserSession.moderator_id == person.id)).one()
        confirm(session, person.id, code_at(secret, step_at(now) - 1), secret_box=secret_box, now=now, but=digest)
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
        (Browser(house.app), "Then sign in first: your password stays"),
        (bea, "Then sign in first: your password stays"),
        (hijacked, "Current password"),
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
    assert "not accepted yet" in page
    assert VICTOR in page
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
    assert opens(hijacked, "news")
    assert bea.post(f"/settings/moderators/{person}/link", {"site": "blog"}).status_code == 404
    assert bea.post(f"/settings/moderators/{person}/two-factor", {"site": "blog"}).status_code == 404
    assert bea.post(f"/settings/moderators/{person}", {"site": "blog", "role": "admin"}).status_code == 404
    assert bea.post(f"/settings/moderators/{person}", {"site": "blog", "role": "none"}).status_code == 303
    assert opens(hijacked, "news")
    assert accept(hijacked, token, password=MALLORYS) == 410
    assert "not accepted yet" not in bea.get("/settings/moderators").get_data(as_text=True)


def test_an_invitation_made_again_ends_the_one_before_and_another_sites_goes_on(
    house: House, hijacked: Browser, mallory: Browser, bea: Browser
) -> None:
    first, second = invite(bea, VICTOR, site="blog"), invite(bea, VICTOR, site="blog", role="viewer")
    assert accept(hijacked, first, password=MALLORYS) == 410
    # Also if the other site changes its own role.
    assert invite(mallory, VICTOR, site="news", role="viewer") == ""
    again = with_password(house)
    assert accept(again, second, password=MALLORYS) == 303
    assert roles(house) == {"blog": Role.VIEWER, "news": Role.VIEWER}


def test_a_role_on_a_site_that_is_known_needs_no_acceptance_and_ends_the_links_of_before(house: House, mallory: Browser) -> None:
    link = invite(mallory, VICTOR, site="news", role="viewer")
    Browser(house.app).signed_in(link)
    with house.database.reading() as session:
        person = moderator_with(session, VICTOR).id
    again = LINK.search(mallory.post(f"/settings/moderators/{person}/link", {"site": "news"}).get_data(as_text=True))[1]  # type: ignore[index]
    assert invite(mallory, VICTOR, site="news", role="moderator") == ""
    assert roles(house) == {"news": Role.MODERATOR}
    assert Browser(house.app).post(f"/sign-in/{again}").status_code == 410


def test_an_admin_of_all_their_sites_invites_without_their_password(house: House) -> None:
    """Such an admin can make a sign-in link for the account anyway."""
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
