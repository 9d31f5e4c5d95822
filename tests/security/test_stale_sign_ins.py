"""A sign-in that began before the account changed does not outlive the change. Real threads race with the commit."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from service.actions.accounts.moderators import disable, set_role
from service.actions.accounts.passkeys import add_passkey, remove_passkey, sign_in_with
from service.actions.accounts.sign_in import BY_PROVIDER, AccountChanged, new_link, open_session, set_password
from service.actions.accounts.two_factor import begin, confirm, reset
from service.config import Settings
from service.domain.security.encryption import SecretBox
from service.domain.security.passwords import hash_password
from service.domain.security.relying_party import InvalidPasskey, VerifiedPasskey
from service.domain.security.totp import code_at, step_at
from service.store.accounts.moderators import moderator_with
from service.store.accounts.passkeys import passkey_with
from service.store.db.engine import Database
from service.store.tables.accounts import BrowserSession, Moderator, Role
from tests.security.conftest import House
from tests.support.servers import PATIENCE, wait_until
from tests.support.sign_in import Browser, moderator

OLD, NEW = "a quiet room behind the stage", "another room below the stage"
DANA = "dana@news.example"
#: Concurrent requests, and rounds of a race.
MANY, ROUNDS = 3, 5
#: The statements that read the account before the password is checked, and those that count a code before it is compared.
READS_ACCOUNT = re.compile(r"FROM moderator\s+WHERE moderator\.email")
COUNTS_CODE = re.compile("UPDATE pending_sign_in SET tries")
READS_HALF = re.compile("FROM pending_sign_in")

Change = Callable[[Session, Moderator], object]
Request = Callable[[], TestResponse]


@pytest.fixture
def dana(house: House) -> Browser:
    """An admin with a password."""
    browser = house.person(DANA, Role.ADMIN)
    browser.post("/account/password", {"new": OLD, "again": OLD})
    return browser


@contextmanager
def watched(app: Flask, statement: re.Pattern[str], pause: Event | None = None) -> Iterator[list[str]]:
    """The statements of this kind that the web process has executed. With `pause`, a request waits for it after such a statement."""
    executed: list[str] = []
    engine = app.extensions["greenroom"].database.engine

    def note(_connection: Any, _cursor: Any, words: str, *_: object) -> None:
        if statement.search(words):
            executed.append(words)
            if pause:
                pause.wait(PATIENCE)

    event.listen(engine, "after_cursor_execute", note)
    yield executed
    event.remove(engine, "after_cursor_execute", note)


def answers_across(house: House, change: Change, *requests: Request, begun: re.Pattern[str]) -> list[TestResponse]:
    """Responses to requests that had all begun before the change was committed."""
    with ThreadPoolExecutor(len(requests)) as pool:
        with watched(house.app, begun) as executed, house.database.writing() as session:
            person = session.scalars(select(Moderator).where(Moderator.email == DANA).with_for_update()).one()
            tasks = [pool.submit(request) for request in requests]
            wait_until(lambda: len(executed) >= len(requests), what="requests under way")
            change(session, person)
        return [task.result() for task in tasks]


def answers_paused(house: House, change: Change, *requests: Request) -> list[TestResponse]:
    """Responses to requests that had all read the account before the change, and went on after it was committed."""
    goes_on = Event()
    with ThreadPoolExecutor(len(requests)) as pool, watched(house.app, READS_ACCOUNT, goes_on) as executed:
        tasks = [pool.submit(request) for request in requests]
        wait_until(lambda: len(executed) >= len(requests), what="requests under way")
        with house.database.writing() as session:
            person = moderator_with(session, DANA)
            assert person
            change(session, person)
        goes_on.set()
        return [task.result() for task in tasks]


def at_once(*requests: Request) -> list[TestResponse]:
    """Responses to requests that are sent together."""
    start = Barrier(len(requests))

    def send(request: Request) -> TestResponse:
        start.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def password_sent(app: Flask, email: str = DANA, password: str = OLD) -> Request:
    browser = Browser(app)
    return lambda: browser.post("/sign-in", {"email": email, "password": password})


def sessions_of(database: Database, email: str = DANA) -> int:
    with database.reading() as session:
        person = moderator_with(session, email)
        query = select(func.count()).select_from(BrowserSession).where(BrowserSession.moderator_id == person.id)
        return session.scalar(query) or 0


def code_of(session: Session, person: Moderator, settings: Settings) -> str:
    """The current code of this account's authenticator; the server is made to forget used codes."""
    person.totp_last_step = 0
    session.flush()
    secret = SecretBox.from_secret(settings.secret).decrypt(person.totp_secret)
    return code_at(secret, step_at(datetime.now(UTC)))


def with_second_factor(house: House, session: Session, person: Moderator) -> None:
    """Begin and confirm the second factor, as the account page does."""
    secret_box = SecretBox.from_secret(house.settings.secret)
    begin(session, person.id, secret_box=secret_box)
    session.refresh(person)
    confirm(session, person.id, code_of(session, person, house.settings), secret_box=secret_box, now=datetime.now(UTC), but="")


def test_a_sign_in_with_the_old_password_does_not_outlive_its_change(house: House, dana: Browser) -> None:
    fresh = hash_password(NEW)
    requests = [password_sent(house.app) for _ in range(MANY)]
    answers = answers_paused(house, lambda session, person: set_password(session, person.id, fresh), *requests)
    # On a busy machine some get no slot for their password in time: 503.
    assert {answer.status_code for answer in answers} <= {422, 503}
    assert sessions_of(house.database) == 0


def test_a_sign_in_with_the_password_alone_does_not_outlive_a_new_second_factor(house: House, dana: Browser) -> None:
    requests = [password_sent(house.app) for _ in range(MANY)]
    answers = answers_paused(house, lambda session, person: with_second_factor(house, session, person), *requests)
    # On a busy machine some get no slot for their password in time: 503.
    assert {answer.status_code for answer in answers} <= {422, 503}
    assert sessions_of(house.database) == 0


def test_a_sign_in_does_not_outlive_a_disabled_account(house: House, dana: Browser) -> None:
    now = datetime.now(UTC)
    answers = answers_paused(house, lambda session, person: disable(session, person.email, now=now), password_sent(house.app))
    assert [answer.status_code for answer in answers] == [422]
    assert sessions_of(house.database) == 0


CHANGES: dict[str, Change] = {
    "password": lambda session, person: set_password(session, person.id, "another hash"),
    "reset": lambda session, person: reset(session, person.id),
    "disabled": lambda session, person: disable(session, person.email, now=datetime.now(UTC)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_sign_in_that_waits_for_its_code_does_not_outlive_a_change_of_the_account(
    house: House, dana: Browser, change: Change
) -> None:
    with house.database.writing() as session:
        with_second_factor(house, session, moderator_with(session, DANA))
    half = Browser(house.app)
    assert half.post("/sign-in", {"email": DANA, "password": OLD}).location.startswith("/sign-in/code")
    with house.database.writing() as session:
        code = code_of(session, moderator_with(session, DANA), house.settings)
    # On SQLite writers take turns: the code is counted only after the change.
    begun = READS_HALF if house.database.on_sqlite else COUNTS_CODE
    [answer] = answers_across(house, change, lambda: half.post("/sign-in/code", {"code": code}), begun=begun)
    assert (answer.status_code, answer.location) in ((303, "/sign-in"), (422, None))
    assert sessions_of(house.database) == 0


def test_a_passkey_that_was_checked_does_not_outlive_its_removal_or_the_account(house: House, dana: Browser) -> None:
    now = datetime.now(UTC)
    with house.database.writing() as session:
        person = moderator_with(session, DANA)
        for name in ("one", "two"):
            add_passkey(session, person, VerifiedPasskey(name, "a2V5", 0), name=name, now=now)
        checked = [passkey_with(session, name) for name in ("one", "two")]
        session.expunge_all()
    with house.database.writing() as session:
        remove_passkey(session, moderator_with(session, DANA), checked[0].id)
    for passkey in checked:
        with pytest.raises(InvalidPasskey), house.database.writing() as session:
            sign_in_with(session, passkey, 1, user_agent="", now=now)
        with house.database.writing() as session:
            disable(session, DANA, now=now)
    assert sessions_of(house.database) == 0


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_way_in_opens_an_account_that_is_not_as_it_was_checked(house: House, dana: Browser, change: Change) -> None:
    """The provider and all other ways open a session with the account as they have read it."""
    with house.database.writing() as session:
        with_second_factor(house, session, moderator_with(session, DANA))
    with house.database.reading() as session:
        checked = moderator_with(session, DANA)
    with house.database.writing() as session:
        change(session, moderator_with(session, DANA))
    with pytest.raises(AccountChanged), house.database.writing() as session:
        open_session(session, checked, how=BY_PROVIDER, user_agent="", now=datetime.now(UTC))
    assert sessions_of(house.database) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_link_does_not_outlive_a_new_password(house: House, dana: Browser) -> None:
    with house.database.writing() as session:
        now = datetime.now(UTC)
        person = moderator_with(session, DANA)
        token = new_link(session, person.id, now=now, valid=timedelta(hours=1))
    browser = Browser(house.app)
    [answer] = answers_across(
        house,
        CHANGES["password"],
        lambda: browser.post(f"/sign-in/{token}"),
        begun=re.compile("sign_in_link"),
    )
    assert answer.status_code == 410
    assert sessions_of(house.database) == 0


def test_a_stolen_browser_does_not_set_a_password_after_its_owner_has(house: House, dana: Browser) -> None:
    """A thief's form, with the old password and a live session, arrives while the owner's new password is being stored."""
    thief = Browser(house.app)
    thief.post("/sign-in", {"email": DANA, "password": OLD})
    thief.get("/account")
    fresh, theirs = hash_password(NEW), "a password of the thief"
    [answer] = answers_across(
        house,
        lambda session, person: set_password(session, person.id, fresh),
        lambda: thief.post("/account/password", {"old": OLD, "new": theirs, "again": theirs}),
        begun=re.compile("FROM browser_session"),
    )
    assert answer.status_code == 409
    assert password_sent(house.app, password=theirs)().status_code == 422
    assert password_sent(house.app, password=NEW)().status_code == 303


def test_a_stolen_browser_turns_no_second_factor_on_after_a_new_password(house: House, dana: Browser) -> None:
    with house.database.writing() as session:
        person = moderator_with(session, DANA)
        begin(session, person.id, secret_box=SecretBox.from_secret(house.settings.secret))
        session.refresh(person)
        code = code_of(session, person, house.settings)
    [answer] = answers_across(
        house,
        CHANGES["password"],
        lambda: dana.post("/account/two-factor", {"act": "confirm", "code": code}),
        begun=re.compile("FROM browser_session"),
    )
    assert answer.status_code == 409
    with house.database.reading() as session:
        assert moderator_with(session, DANA).totp_enabled_at is None


def test_a_link_that_is_asked_for_while_a_role_of_another_site_comes_does_not_open_it(house: House, dana: Browser) -> None:
    mallory = house.person("mallory@news.example", Role.ADMIN)
    with house.database.reading() as session:
        path = f"/settings/moderators/{moderator_with(session, DANA).id}/link"
    [answer] = answers_across(
        house,
        lambda session, person: set_role(session, person, Role.ADMIN, "blog"),
        lambda: mallory.post(path, {"site": "news"}),
        begun=re.compile("FROM browser_session"),
    )
    assert answer.status_code == 409


def test_however_sign_ins_and_a_new_password_meet_no_session_of_the_old_one_is_left(house: House) -> None:
    """Many rounds, each with a new account, only through the pages."""
    for number in range(ROUNDS):
        house.app.extensions["greenroom"].counters._windows.clear()
        email = f"dana{number}@news.example"
        owner = Browser(house.app).signed_in(moderator(house.database, email, Role.ADMIN, site="news"))
        owner.post("/account/password", {"new": OLD, "again": OLD})
        form = {"old": OLD, "new": NEW, "again": NEW}
        thieves = [password_sent(house.app, email) for _ in range(MANY - 1)]
        changed, *answers = at_once(partial(owner.post, "/account/password", form), *thieves)
        # On a busy machine a form gets no slot for its password in time.
        if changed.status_code == 503:
            continue
        assert changed.status_code == 303
        assert {answer.status_code for answer in answers} <= {303, 422, 503}
        assert sessions_of(house.database, email) == 1
        assert owner.get("/settings").status_code == 200
