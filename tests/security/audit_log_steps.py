"""Every route that changes something, with the steps that use it and the audit event that each step leaves."""

from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import select

from service.actions.sites.sites_and_keys import add_site
from service.clock import utcnow
from service.domain.audit_events import AuditEvent
from service.store.tables.accounts import Role
from service.store.tables.comments import Thread
from tests.security.walk import HOOK, PASSWORD, Walk
from tests.support.sign_in import Browser, moderator

#: Not in the audit log: decisions, drafts and erasures of single comments, which have their own histories, and personal
#: preferences.
LEFT_OUT = {
    "comments.submit_comment", "comments.edit_comment", "comments.erase_comment", "decisions.decide_comment", "form.submit_form", "akismet.verify", "akismet.check", "akismet_account.deactivate", "akismet_account.token", "akismet_account.subscription", "akismet_account.figures", "perspective.analyze_comment", "perspective_feedback.suggest_score", "openai_moderations.moderate_texts", "coral.moderate_phase",
    "own_comments.show_own", "own_comments.edit_own_comment", "own_comments.delete_own_comment",
    "reports.report_comment", "readers.send_report", "readers.send_complaint", "readers.send_ban_complaint", "readers.send_reporter_complaint", "complaints.complain", "pages.answer_complaint", "pages.answer_reports", "akismet.report_spam", "akismet.report_ham", "pages.decide_by_form", "pages.undo_by_form", "pages.redo_by_form", "pages.return_to_queue_by_form",
    "pages.act", "pages.start_oidc", "pages.undo", "pages.redo", "pages.lease_cards", "pages.add_note", "pages.reply_as_site", "pages.edit_text",
    "pages.undo_removal", "warnings.acknowledge", "pages.decide_found", "pages.undo_found", "pages.change_views", "pages.answer_practice", "pages.decline_practice", "pages.change_preferences", "pages.change_messages", "mails.stop", "pages.change_keys", "pages.change_density",
    # Passkeys need https, which nothing here speaks: their entries are checked in tests/web/pages/account/test_passkeys.py, and the
    # entry of a link by mail, which the worker makes, in tests/web/pages/account/test_link_by_mail.py.
    "pages.passkey_request", "pages.passkey_creation", "pages.create_passkey", "pages.delete_passkey", "pages.sign_in_by_passkey", "pages.send_link",
}  # fmt: skip


Steps = dict[str, list[tuple[AuditEvent | None, Callable[[Walk], Callable[[], object]]]]]


def form(path: str | Callable[[Walk], str], **fields: object) -> Callable[[Walk], Callable[[], object]]:
    """Send a form as the admin. Its preparations come first and are not counted."""

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
    """A person who has used a link and is asked for a code."""
    token = moderator(walk.house.database, "half@news.example", site="news")
    code, browser = walk.factor("half@news.example"), Browser(walk.house.app)
    assert browser.post(f"/sign-in/{token}").location.startswith("/sign-in/code")
    return lambda: browser.post("/sign-in/code", {"code": code if right else "wrong"})


def _v1(rest: str = "") -> Callable[[Walk], str]:
    return lambda walk: f"/v1/endpoints/{walk.endpoint()}{rest}"


def _thread_path(walk: Walk) -> str:
    with walk.house.database.reading() as session:
        return f"/v1/threads/{quote(session.scalars(select(Thread.external_id).where(Thread.site_id == 'news')).first() or '', safe='')}"


def _by_operator(path: str, **fields: str) -> Callable[[Walk], Callable[[], object]]:
    """A form sent by an admin of all sites."""

    def prepare(walk: Walk) -> Callable[[], object]:
        browser = Browser(walk.house.app).signed_in(moderator(walk.house.database, "all@news.example", Role.ADMIN))
        return lambda: browser.post(path, {"site": "news", **fields})

    return prepare


def _deleted_site(walk: Walk) -> Callable[[], object]:
    with walk.house.database.writing() as session:
        add_site(session, "gone", origins=["https://gone.example"], now=utcnow())
    return _by_operator("/settings/sites/delete", site="gone", typed="gone")(walk)


def _list_of(name: str, lines: list[str]) -> Callable[[Walk], Callable[[], object]]:
    return lambda walk: lambda: walk.admin.send(f"/settings/lists/{name}?site=news", {"lines": lines})


BUDGET = {"published": "1000", "rejected": "1000", "sample_one_in": "100"}
STEPS: Steps = {
    "pages.change_rules": [(AuditEvent.RULES_SET, form("/settings/rules", blocked_words="=cmd()\nviagra"))],
    "pages.change_languages": [(AuditEvent.RULES_SET, form("/settings/languages", **{"say es": "take"}))],
    "pages.change_list": [(AuditEvent.RULES_SET, _list_of("held_words", ["zeppelin"]))],
    "pages.change_rejections": [
        (AuditEvent.REASONS_SET, form("/settings/rejections", code="", label="Off topic", text="Sorry."))
    ],
    "pages.change_report_settings": [(AuditEvent.REPORT_RULES_SET, form("/settings/reports", hold_from="3"))],
    "pages.change_grounds": [
        (AuditEvent.REASONS_SET, form("/settings/reports/grounds", **{"code": "hate", "ground-hate": "law", "law-hate": "A law"}))
    ],
    "pages.export_evidence": [
        (AuditEvent.EVIDENCE_EXPORTED, form(lambda walk: f"/queue/comments/{walk.house.comments['held']}/evidence"))
    ],
    "pages.change_retention": [(AuditEvent.RETENTION_SET, form("/settings/retention", rejected="90", personal="30"))],
    "pages.change_custom_rule": [
        (AuditEvent.CUSTOM_RULE_SET, form("/settings/custom-rules", act="live", about="links", value="3")),
        (AuditEvent.CUSTOM_RULE_REMOVED, form("/settings/custom-rules", act="remove", about="links", value="3")),
    ],
    "pages.change_external_check": [
        (
            AuditEvent.EXTERNAL_CHECK_SET,
            form(
                "/settings/external-checks",
                act="save",
                name="own",
                url=HOOK,
                timeout="1",
                requests_per_day="9",
                requests_per_month="9",
            ),
        ),
        (AuditEvent.EXTERNAL_CHECK_SET, form("/settings/external-checks", act="off", name="own")),
        (AuditEvent.EXTERNAL_CHECK_REMOVED, form("/settings/external-checks", act="remove", name="own")),
    ],
    "pages.change_budget": [
        (None, form("/settings/risk-budget", act="try", **BUDGET)),
        (AuditEvent.RISK_BUDGET_SET, form("/settings/risk-budget", act="save", **BUDGET)),
        (AuditEvent.RISK_BUDGET_CLEARED, form("/settings/risk-budget", act="clear")),
    ],
    "pages.demand_practice": [(AuditEvent.PRACTICE_SET, form("/settings/practice", practice="on"))],
    "pages.change_thread": [(AuditEvent.THREAD_SET, form(lambda walk: f"/threads/{walk.thread()}", state="closed"))],
    "pages.show_trial": [(None, form("/settings/try", text="A calm word."))],
    "pages.judge_author": [(AuditEvent.AUTHOR_JUDGED, form(lambda walk: f"/authors/{walk.known()}", act="ban", **{"for": "7d"}))],
    "pages.ban_or_trust_author": [
        (AuditEvent.AUTHOR_JUDGED, form(lambda walk: f"/queue/comments/{walk.known()}/author", act="ban", **{"for": "7d"}))
    ],
    "pages.warn_author": [(AuditEvent.AUTHOR_WARNED, form(lambda walk: f"/authors/{walk.known()}/warning", message="Be kind."))],
    "pages.sanction_reporter": [
        (AuditEvent.REPORTER_WARNED, form("/queue/reported/reporter", act="warn", report=Walk.often_unfounded, text="Be fair.")),
        (
            AuditEvent.REPORTER_SUSPENDED,
            form("/queue/reported/reporter", act="suspend", report=Walk.often_unfounded, text="Be fair.", days="7"),
        ),
        (AuditEvent.SUSPENSION_ENDED, form("/queue/reported/reporter", act="end", report=Walk.often_unfounded)),
    ],
    "pages.forgive_author": [(AuditEvent.AUTHOR_FORGIVEN, form("/authors", entry="x"))],
    "pages.create_key": [(AuditEvent.KEY_MADE, form("/settings/keys", scope="read", label="@SUM(1)"))],
    "pages.create_akismet_key": [(AuditEvent.KEY_MADE, form("/settings/keys/akismet", held_is="ham"))],
    "pages.create_site": [(AuditEvent.SITE_MADE, _by_operator("/settings/sites", id="new-one", origins="https://new.example"))],
    "pages.delete_this_site": [(AuditEvent.SITE_DELETED, _deleted_site)],
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
    "pages.add_chat_endpoint": [
        (AuditEvent.ENDPOINT_ADDED, form("/settings/chats", kind="slack", url=HOOK, event="comment.held", template=""))
    ],
    "pages.change_chat_endpoint": [
        (AuditEvent.ENDPOINT_CHANGED, form(lambda walk: f"/settings/chats/{walk.chat()}", event="comment.held", old_after="30"))
    ],
    "pages.change_feed": [
        (AuditEvent.FEED_MADE, form("/account/messages/feed", act="renew")),
        (AuditEvent.FEED_REVOKED, form("/account/messages/feed", act="revoke")),
    ],
    "pages.replay_delivery": [(AuditEvent.DELIVERIES_REPLAYED, form(lambda walk: f"/settings/deliveries/{walk.dead()}"))],
    "pages.invite": [
        (AuditEvent.MODERATOR_INVITED, form("/settings/moderators", email="new@news.example", role="viewer")),
        (AuditEvent.ROLE_GIVEN, form("/settings/moderators", email=Walk.colleague_address, role="moderator")),
        (AuditEvent.MODERATOR_INVITED, form("/settings/moderators", email=Walk.stranger, role="moderator")),
    ],
    "pages.change_role": [
        (AuditEvent.ROLE_GIVEN, form(lambda walk: f"/settings/moderators/{walk.colleague()}", role="moderator")),
        (AuditEvent.INVITATION_WITHDRAWN, form(lambda walk: f"/settings/moderators/{walk.invited()}", role="none")),
        (AuditEvent.ROLE_TAKEN, form(lambda walk: f"/settings/moderators/{walk.colleague()}", role="none")),
    ],
    "persons.export_person": [
        (AuditEvent.PERSON_EXPORTED, call("POST", lambda _: "/v1/persons/export", {"email": "dana@mail.example"}))
    ],
    "pages.renew_link": [(AuditEvent.LINK_MADE, form(lambda walk: f"/settings/moderators/{walk.colleague()}/link"))],
    "pages.change_password": [(AuditEvent.PASSWORD_SET, form("/account/password", new=PASSWORD, again=PASSWORD))],
    "pages.change_two_factor": [
        (None, form("/account/two-factor", act="begin", old=PASSWORD)),
        (AuditEvent.TWO_FACTOR_ON, form("/account/two-factor", act="confirm", code=lambda walk: walk.factor(on=False))),
        (AuditEvent.RECOVERY_CODES_MADE, form("/account/two-factor", act="codes", code=Walk.factor)),
        (AuditEvent.TWO_FACTOR_OFF, form("/account/two-factor", act="off", code=Walk.factor)),
    ],
    "pages.reset_two_factor": [
        (AuditEvent.TWO_FACTOR_RESET, form(lambda walk: f"/settings/moderators/{_with_factor(walk)}/two-factor"))
    ],
    "pages.sign_in_by_code": [
        (AuditEvent.SIGNED_IN, lambda walk: _half_way(walk, right=True)),
        (AuditEvent.SIGN_IN_FAILED, lambda walk: _half_way(walk, right=False)),
    ],
    "pages.connect_oidc": [(AuditEvent.ACCOUNT_DISCONNECTED, form("/account/oidc", act="disconnect"))],
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
    "threads.change_thread": [
        (AuditEvent.THREAD_MOVED, call("PATCH", _thread_path, {"title": "Another title"})),
        (AuditEvent.THREAD_MOVED, call("PATCH", _thread_path, {"id": "moved", "join": True})),
    ],
    "endpoints.create_endpoint": [(AuditEvent.ENDPOINT_ADDED, call("POST", lambda _: "/v1/endpoints", {"url": HOOK}))],
    "endpoints.update_endpoint": [(AuditEvent.ENDPOINT_CHANGED, call("PATCH", _v1(), {"enabled": False}))],
    "endpoints.delete_endpoint": [(AuditEvent.ENDPOINT_REMOVED, call("DELETE", _v1()))],
    "endpoints.rotate_secret": [(AuditEvent.SECRET_ROTATED, call("POST", _v1("/rotate")))],
    "endpoints.test_endpoint": [(AuditEvent.ENDPOINT_TESTED, call("POST", _v1("/test")))],
    "deliveries.replay_deliveries": [
        (AuditEvent.DELIVERIES_REPLAYED, call("POST", _v1("/replay"), {"since": "2026-01-01T00:00:00Z"}))
    ],
    "deliveries.replay_delivery": [
        (AuditEvent.DELIVERIES_REPLAYED, call("POST", lambda walk: f"/v1/deliveries/{walk.dead()}/replay"))
    ],
    # Last: it ends the session of the admin.
    "pages.sign_out": [(AuditEvent.SESSION_ENDED, form("/sign-out"))],
}
