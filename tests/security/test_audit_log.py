"""Whatever an admin does leaves one row in the log, generated from the routes; and nobody changes or shortens it."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import code_at, new_secret, step_at
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.tables.accounts import BrowserSession, Moderator, Role
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, DeliveryState
from service.store.tables.sites import ApiKey
from service.web.http.route_metadata import PUBLIC, routes
from tests.commands.conftest import Greenroom
from tests.security.conftest import House
from tests.support.sign_in import Browser, moderator

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAFE = {"GET"}
#: What the log leaves out: decisions, drafts and erasures of single comments have histories of their own, and what somebody
#: prefers of the pages concerns nobody else.
LEFT_OUT = {
    "comments.receive", "comments.revise", "comments.forget", "decisions.rule", "form.send", "akismet.verify", "akismet.check",
    "akismet.report_spam", "akismet.report_ham", "pages.decide_by_form", "pages.undo_by_form", "pages.redo_by_form", "pages.return_to_queue_by_form",
    "pages.act", "pages.start_oidc", "pages.undo", "pages.redo", "pages.lease_cards", "pages.add_note", "pages.reply_as_site", "pages.edit_text",
    "pages.answer_practice", "pages.decline_practice", "pages.change_preferences", "pages.change_keys",
}  # fmt: skip
PASSWORD = "a quiet room behind the stage"  # noqa: S105
HOOK = "https://hooks.news.example/secret-path?token=hidden"


class Walk:
    """One admin with a house of things to change, and what each deed needs."""

    def __init__(self, house: House, admin: Browser) -> None:
        self.house, self.admin, self.host = house, admin, house.host()

    def count(self) -> int:
        with self.house.database.reading() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def endpoint(self) -> str:
        return str(self.host.post("/v1/endpoints", json={"url": HOOK}).json["id"])

    def key(self) -> str:
        """The id of a new key."""
        self.house.host()
        with self.house.database.reading() as session:
            return str(session.scalars(select(ApiKey.id).order_by(ApiKey.created_at.desc())).first())

    def dead(self, *, endpoint: str = "") -> str:
        """A delivery that was given up."""
        endpoint = endpoint or self.endpoint()
        made = UUID(self.host.post(f"/v1/endpoints/{endpoint}/test").json["id"])
        with self.house.database.writing() as session:
            session.execute(update(Delivery).where(Delivery.id == made).values(state=DeliveryState.DEAD))
        return str(made)

    def thread(self) -> str:
        with self.house.database.reading() as session:
            return str(session.scalar(select(Thread.id)))

    def colleague(self, email: str = "co@news.example", role: Role = Role.VIEWER) -> str:
        moderator(self.house.database, email, role, site="news")
        with self.house.database.reading() as session:
            return str(moderator_with(session, email).id)

    def stranger(self) -> str:
        """The address of somebody who works on another site."""
        moderator(self.house.database, "stranger@blog.example", Role.VIEWER, site="blog")
        return "stranger@blog.example"

    def invited(self) -> str:
        """The id of somebody whose role waits to be accepted."""
        self.admin.post("/settings/moderators", {"site": "news", "email": self.stranger(), "role": "viewer"})
        with self.house.database.reading() as session:
            return str(moderator_with(session, "stranger@blog.example").id)

    def browser(self) -> str:
        """Another browser of the admin, named as the account page names it."""
        other = Browser(self.house.app).post("/sign-in", {"email": "ada@news.example", "password": PASSWORD})
        assert other.status_code == 303
        with self.house.database.reading() as session:
            return session.scalars(select(BrowserSession.digest).order_by(BrowserSession.created_at.desc())).first()[:32]

    def factor(self, email: str = "ada@news.example", *, on: bool = True) -> str:
        """A present code of a second factor that was set up beforehand, or only begun."""
        secret, now = new_secret(), datetime.now(UTC)
        values = {"second_factor": SecretBox.from_secret(self.house.settings.secret).encrypt(secret), "second_step": 0}
        with self.house.database.writing() as session:
            session.execute(
                update(Moderator).where(Moderator.email == email).values(second_factor_at=now if on else None, **values)
            )
        return code_at(secret, step_at(now))

    def known(self) -> str:
        """The id of the comment whose author is known."""
        held = self.house.comments["held"]
        with self.house.database.writing() as session:
            session.execute(update(Comment).where(Comment.id == UUID(held)).values(author_key="i:somebody"))
        return held


Steps = dict[str, list[tuple[AuditEvent | None, Callable[[Walk], Callable[[], object]]]]]


def form(path: str | Callable[[Walk], str], **fields: object) -> Callable[[Walk], Callable[[], object]]:
    """A form of the admin. What it needs is made first, and not counted."""

    def prepare(walk: Walk) -> Callable[[], object]:
        where = path if isinstance(path, str) else path(walk)
        filled = {name: value(walk) if callable(value) else value for name, value in fields.items()}
        return lambda: walk.admin.post(where, {"site": "news", **filled})

    return prepare


def call(method: str, path: Callable[[Walk], str], body: object = None) -> Callable[[Walk], Callable[[], object]]:
    def prepare(walk: Walk) -> Callable[[], object]:
        where = path(walk)
        return lambda: walk.host.open(where, method=method, json=body)

    return prepare


def _webhook(act: str, **fields: object) -> Callable[[Walk], Callable[[], object]]:
    return form(lambda walk: f"/settings/endpoints/{walk.endpoint()}", act=act, **fields)


def _stranger(path: str | Callable[[Walk], str], **fields: object) -> Callable[[Walk], Callable[[], object]]:
    def prepare(walk: Walk) -> Callable[[], object]:
        where = path if isinstance(path, str) else path(walk)
        return lambda: Browser(walk.house.app).post(where, fields)

    return prepare


def _with_factor(walk: Walk) -> str:
    person = walk.colleague()
    walk.factor("co@news.example")
    return person


def _half_way(walk: Walk, *, right: bool) -> Callable[[], object]:
    """Somebody who has used a link and is asked for a code."""
    token = moderator(walk.house.database, "half@news.example", site="news")
    code, browser = walk.factor("half@news.example"), Browser(walk.house.app)
    assert browser.post(f"/sign-in/{token}").location.startswith("/sign-in/code")
    return lambda: browser.post("/sign-in/code", {"code": code if right else "wrong"})


def _v1(rest: str = "") -> Callable[[Walk], str]:
    return lambda walk: f"/v1/endpoints/{walk.endpoint()}{rest}"


BUDGET = {"published": "1000", "rejected": "1000", "audit": "100"}
STEPS: Steps = {
    "pages.change_rules": [(AuditEvent.RULES_SET, form("/settings/rules", blocked_words="=cmd()\nviagra"))],
    "pages.change_rejections": [
        (AuditEvent.REASONS_SET, form("/settings/rejections", code="", label="Off topic", text="Sorry."))
    ],
    "pages.change_retention": [(AuditEvent.RETENTION_SET, form("/settings/retention", rejected="90", personal="30"))],
    "pages.change_custom_rule": [
        (AuditEvent.CONDITION_SET, form("/settings/conditions", act="live", about="links", value="3")),
        (AuditEvent.CONDITION_REMOVED, form("/settings/conditions", act="remove", about="links", value="3")),
    ],
    "pages.change_external_check": [
        (
            AuditEvent.OUTSIDE_SET,
            form("/settings/outside", act="save", name="own", address=HOOK, seconds="1", per_day="9", per_month="9"),
        ),
        (AuditEvent.OUTSIDE_SET, form("/settings/outside", act="off", name="own")),
        (AuditEvent.OUTSIDE_REMOVED, form("/settings/outside", act="remove", name="own")),
    ],
    "pages.change_budget": [
        (None, form("/settings/budget", act="try", **BUDGET)),
        (AuditEvent.BUDGET_SET, form("/settings/budget", act="save", **BUDGET)),
        (AuditEvent.BUDGET_CLEARED, form("/settings/budget", act="clear")),
    ],
    "pages.demand_practice": [(AuditEvent.PRACTICE_SET, form("/settings/practice", practice="on"))],
    "pages.change_thread": [(AuditEvent.THREAD_SET, form(lambda walk: f"/threads/{walk.thread()}", state="closed"))],
    "pages.ban_or_trust_author": [
        (AuditEvent.AUTHOR_JUDGED, form(lambda walk: f"/queue/comments/{walk.known()}/author", act="ban"))
    ],
    "pages.forgive_author": [(AuditEvent.AUTHOR_FORGIVEN, form("/authors", entry="x"))],
    "pages.create_key": [(AuditEvent.KEY_MADE, form("/settings/keys", scope="read", label="@SUM(1)"))],
    "pages.revoke_api_key": [(AuditEvent.KEY_REVOKED, form(lambda walk: f"/settings/keys/{walk.key()}/revoke"))],
    "pages.add_webhook": [(AuditEvent.ENDPOINT_ADDED, form("/settings/endpoints", url=HOOK, event="comment.approved"))],
    "pages.change_webhook": [
        (AuditEvent.ENDPOINT_CHANGED, _webhook("change", url=HOOK + "2", event="comment.approved")),
        (AuditEvent.ENDPOINT_CHANGED, _webhook("disable")),
        (AuditEvent.ENDPOINT_CHANGED, _webhook("enable")),
        (AuditEvent.ENDPOINT_TESTED, _webhook("test")),
        (AuditEvent.SECRET_ROTATED, _webhook("rotate")),
        (AuditEvent.DELIVERIES_REPLAYED, _webhook("replay")),
        (AuditEvent.ENDPOINT_REMOVED, _webhook("remove")),
    ],
    "pages.replay_delivery": [(AuditEvent.DELIVERIES_REPLAYED, form(lambda walk: f"/settings/deliveries/{walk.dead()}"))],
    "pages.invite": [
        (AuditEvent.MODERATOR_INVITED, form("/settings/moderators", email="new@news.example", role="viewer")),
        (AuditEvent.ROLE_GIVEN, form("/settings/moderators", email="new@news.example", role="moderator")),
        (AuditEvent.MODERATOR_INVITED, form("/settings/moderators", email=Walk.stranger, role="moderator")),
    ],
    "pages.change_role": [
        (AuditEvent.ROLE_GIVEN, form(lambda walk: f"/settings/moderators/{walk.colleague()}", role="moderator")),
        (AuditEvent.INVITATION_WITHDRAWN, form(lambda walk: f"/settings/moderators/{walk.invited()}", role="none")),
        (AuditEvent.ROLE_TAKEN, form(lambda walk: f"/settings/moderators/{walk.colleague()}", role="none")),
    ],
    "pages.renew_link": [(AuditEvent.LINK_MADE, form(lambda walk: f"/settings/moderators/{walk.colleague()}/link"))],
    "pages.change_password": [(AuditEvent.PASSWORD_SET, form("/account/password", new=PASSWORD, again=PASSWORD))],
    "pages.change_second_factor": [
        (None, form("/account/second-factor", act="begin", old=PASSWORD)),
        (AuditEvent.SECOND_FACTOR_ON, form("/account/second-factor", act="confirm", code=lambda walk: walk.factor(on=False))),
        (AuditEvent.RECOVERY_CODES_MADE, form("/account/second-factor", act="codes", code=Walk.factor)),
        (AuditEvent.SECOND_FACTOR_OFF, form("/account/second-factor", act="off", code=Walk.factor)),
    ],
    "pages.reset_second_factor": [
        (AuditEvent.SECOND_FACTOR_RESET, form(lambda walk: f"/settings/moderators/{_with_factor(walk)}/second-factor"))
    ],
    "pages.sign_in_by_code": [
        (AuditEvent.SIGNED_IN, lambda walk: _half_way(walk, right=True)),
        (AuditEvent.SIGN_IN_FAILED, lambda walk: _half_way(walk, right=False)),
    ],
    "pages.connect_oidc": [(AuditEvent.ACCOUNT_DISCONNECTED, form("/account/elsewhere", act="disconnect"))],
    "pages.end_browser": [(AuditEvent.SESSION_ENDED, form("/account/browsers", browser=Walk.browser))],
    "pages.sign_in_by_password": [
        (AuditEvent.SIGNED_IN, _stranger("/sign-in", email="ada@news.example", password=PASSWORD)),
        (AuditEvent.SIGN_IN_FAILED, _stranger("/sign-in", email="ada@news.example", password="wrong")),
        (None, _stranger("/sign-in", email="nobody@news.example", password="wrong")),
    ],
    "pages.sign_in_by_link": [
        (
            AuditEvent.SIGNED_IN,
            _stranger(lambda walk: "/sign-in/" + moderator(walk.house.database, "co@news.example", site="news")),
        )
    ],
    "endpoints.add": [(AuditEvent.ENDPOINT_ADDED, call("POST", lambda _: "/v1/endpoints", {"url": HOOK}))],
    "endpoints.change": [(AuditEvent.ENDPOINT_CHANGED, call("PATCH", _v1(), {"enabled": False}))],
    "endpoints.remove": [(AuditEvent.ENDPOINT_REMOVED, call("DELETE", _v1()))],
    "endpoints.rotate_secret": [(AuditEvent.SECRET_ROTATED, call("POST", _v1("/rotate")))],
    "endpoints.test": [(AuditEvent.ENDPOINT_TESTED, call("POST", _v1("/test")))],
    "deliveries.replay_many": [(AuditEvent.DELIVERIES_REPLAYED, call("POST", _v1("/replay"), {"since": "2026-01-01T00:00:00Z"}))],
    "deliveries.replay_one": [
        (AuditEvent.DELIVERIES_REPLAYED, call("POST", lambda walk: f"/v1/deliveries/{walk.dead()}/replay"))
    ],
    # Last: it ends the session of the admin.
    "pages.sign_out": [(AuditEvent.SESSION_ENDED, form("/sign-out"))],
}


@pytest.fixture
def walk(house: House, monkeypatch: pytest.MonkeyPatch) -> Walk:
    # No courier runs here: the API's test of an endpoint need not wait for one.
    object.__setattr__(house.app.extensions["greenroom"].settings, "webhook_timeout", -2.0)
    return Walk(house, house.person("ada@news.example", Role.ADMIN, site=None))


@ON_SQLITE
def test_every_route_that_changes_something_is_walked_or_left_out_on_purpose(walk: Walk) -> None:
    changing = {route.endpoint for route in routes(walk.house.app) if set(route.methods) - SAFE}
    assert changing - set(STEPS) == LEFT_OUT, "a new route needs a step in STEPS, or a reason in LEFT_OUT"
    assert set(STEPS) <= changing
    assert not {r.endpoint for r in routes(walk.house.app) if r.owner in ("role:admin", "key:admin")} & LEFT_OUT
    assert all(
        r.owner != PUBLIC or r.endpoint.startswith(("pages.", "form.")) for r in routes(walk.house.app) if r.endpoint in STEPS
    )


def test_each_deed_leaves_one_row_in_the_name_of_who_did_it(walk: Walk) -> None:
    for endpoint, steps in STEPS.items():
        for deed, prepare in steps:
            act = prepare(walk)
            before = walk.count()
            answer = act()
            assert answer.status_code < 400 or deed in (None, AuditEvent.SIGN_IN_FAILED), (
                endpoint,
                answer.get_data(as_text=True),
            )
            with walk.house.database.reading() as session:
                rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).all()[: walk.count() - before]
            assert [row.deed for row in rows] == [deed] * (deed is not None), endpoint
            for row in rows:
                failed = deed is AuditEvent.SIGN_IN_FAILED
                assert (row.by, row.moderator_id is not None, row.key_id is not None) == (
                    ("key", False, True) if "." in endpoint and not endpoint.startswith("pages.")
                    else ("nobody" if failed else "moderator", not failed, False)
                ), endpoint  # fmt: skip
                assert row.request_id == answer.headers["X-Request-Id"]
                told = json.dumps(row.facts)
                assert not [secret for secret in ("secret-path", "hidden", "whsec_", "$argon2", PASSWORD) if secret in told], told


def test_nobody_changes_or_shortens_the_log(house: House) -> None:
    for change in (update(AuditEntry).values(by="nobody"), delete(AuditEntry)):
        with pytest.raises(DBAPIError, match="stay as they are"), house.database.writing() as session:
            session.execute(change)


def test_what_was_rolled_back_is_not_told(house: House, admin: Browser) -> None:
    with house.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(AuditEntry))
    assert admin.post("/settings/rules", {"site": "news", "blocked_words": "*"}).status_code == 422
    assert (
        admin.post("/settings/endpoints", {"site": "news", "url": "http://10.0.0.1/", "event": "comment.approved"}).status_code
        == 422
    )
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


def test_the_page_pages_filters_and_hands_out_a_safe_table(house: House) -> None:
    ada = house.person("ada@news.example", Role.ADMIN, site=None)
    with house.database.writing() as session:
        for n in range(120):
            record_audit(session, AuditEvent.RULES_SET, site_id="news", after={"blocked_words": [f"=cmd|word{n}<script>"]})
        record_audit(session, AuditEvent.RULES_SET, site_id="blog", after={"blocked_words": ["theirs"]})
        record_audit(session, AuditEvent.BACKUP_WRITTEN, about="=1+1")
    seen, path = 0, "/settings/acts?site=news&deed=rules_set"
    while path:
        page = ada.get(path).get_data(as_text=True)
        assert "theirs" not in page
        assert "<script>" not in page
        seen += page.count("<tr><td")
        path = (
            page.split('<p class="next-page"><a class="button" href="')[1].split('"')[0].replace("&amp;", "&")
            if "next-page" in page
            else ""
        )
    assert seen == 120
    rows = list(csv.reader(io.StringIO(ada.get("/settings/acts.csv?site=news").get_data(as_text=True))))
    assert len(rows) > 120
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in {cell for row in rows for cell in row}


@ON_SQLITE
def test_an_admin_of_one_site_sees_nothing_of_the_others_or_of_the_house(house: House, greenroom: Greenroom) -> None:
    small = house.person("small@news.example", Role.ADMIN)
    with house.database.writing() as session:
        record_audit(session, AuditEvent.BACKUP_WRITTEN)
        record_audit(session, AuditEvent.RULES_SET, site_id="blog", after={"blocked_words": ["theirs"]})
    for path in ("/settings/acts", "/settings/acts.csv"):
        told = small.get(f"{path}?site=news").get_data(as_text=True)
        assert "theirs" not in told
        assert "<td>wrote a backup" not in told
        assert "backup_written," not in told
    mo = house.person("mo@news.example", Role.MODERATOR)
    assert mo.get("/settings/acts?site=news").status_code == 403
    said = [json.loads(line) for line in greenroom("acts", "--json").output.splitlines()]
    assert {"backup_written", "site_made", "rules_set"} <= {act["deed"] for act in said}
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    blog = greenroom("acts", "--site", "blog", "--since", today, "--limit", "1").output.splitlines()
    assert len(blog) == 1
    assert "rules_set" in blog[0]


def test_commands_that_take_everything_along_are_told_of(
    greenroom: Greenroom, database: Database, house: House, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    greenroom("export", "news", str(tmp_path / "news.gz"))
    greenroom("erase", "news", "--older-than", "0", "--yes")
    greenroom("backup", str(tmp_path / "all.gz"))
    with database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(3)).all()
    assert [act.deed for act in last] == ["backup_written", "comments_erased", "site_exported"]
    assert last[1].facts == {"after": {"count": 3, "by": "older than 0 days"}}
