"""The 120 XSS payloads in every text column of the database, on every page of the application.

Columns come from the tables and pages from the routes. So a new one is tested too, or the test fails until it is added here.
"""

import gzip
import json
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import urlencode

from playwright.sync_api import Page
from sqlalchemy import String, Table, select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.actions.sites.sites_and_keys import add_key
from service.domain.audit_events import AuditEvent
from service.domain.ids import new_id
from service.domain.policy.site_policy import LISTS
from service.domain.states import State
from service.store import Record
from service.store.sites.word_lists import digest_of
from service.store.tables.site_models import SiteModelRow
from service.store.tables.sites import Scope, Site
from service.store.tables.word_lists import WordListRow
from tests.browser.test_hundred_payloads import PAYLOADS, seeds
from tests.security.test_hostile_pages import NAMES
from tests.support.desk import Desk
from tests.support.furnished_site import Furnished, furnish
from tests.support.seeding import sow
from workers.periodic.daily_statistics import count_days

#: Columns with text of people or of other systems. `comment`, `thread`, `verdict` and `word_list` get their payloads in another way.
WORDS = {
    "moderator": ("email", "name"), "site": ("name",), "api_key": ("label", "hint"), "browser_session": ("user_agent",), "endpoint": ("url", "template"),
    "external_check": ("url", "model", "last_error"), "decision": ("reason", "note"), "escalation": ("note",), "activity": ("note",), "note": ("text",), "passkey": ("name",),
    "revision": ("text",), "attempt": ("error", "response"),
    "report": ("law", "text", "url", "note", "sanction"), "complaint": ("text", "note"),
    "comment": (), "thread": (), "verdict": (), "audit_log": (), "word_list": (),
}  # fmt: skip
#: Tables whose text columns hold only ids, hashes, states and encrypted secrets.
CODES = {
    "daily_statistics", "pending_sign_in", "idempotency_key", "invitation", "membership", "recovery_code", "sign_in_link", "oidc_sign_in", "site_model",
    "event", "screen_lease", "delivery", "archive", "archived_comment", "mail", "passkey_challenge", "kept_form", "sign_in_attempts", "message_choice", "author_address", "installation_fact", "work_total",
}  # fmt: skip
#: The query parameters to fill. `site` is left out, since it would only be refused.
ASKED = sorted(
    {*NAMES, "word", "about", "value", "event", "fault", "title", "parent", "said", "n", "days", "view", "format"} - {"site"}
)
#: No payload has become an element or an attribute that could run code.
HARMLESS = """() => [...document.querySelectorAll('*')].filter((e) => e.matches('iframe, video, math, script:not([src], [type="application/json"])')
    || e.getAttributeNames().some((name) => name.startsWith('on'))).map((e) => e.outerHTML.slice(0, 200))"""


def turned(n: int) -> str:
    """All payloads, starting at the nth, so that a field that is cut short has another one each time."""
    return " ".join(PAYLOADS[n % 120 :] + PAYLOADS[: n % 120])


def fill(desk: Desk) -> None:
    """Put payloads into every text column, into the site's settings and into its model."""
    now = datetime.now(UTC)
    with desk.database.writing() as session:
        for n in range(40):
            add_key(session, "news", scopes=[Scope.READ], label=str(n), now=now)
            record_audit(
                session,
                AuditEvent.RULES_SET,
                site_id="news",
                target=turned(n),
                before={"words": PAYLOADS[n : n + 15]},
                after={turned(n)[:150]: turned(n)},
            )
        for table in Record.metadata.sorted_tables:
            _fill(session, table)
        _set(session, session.get_one(Site, "news"), now)
        weights = {f"_{payload}": (-1) ** n * (n + 1.0) for n, payload in enumerate(PAYLOADS)}
        packed = b64encode(gzip.compress(json.dumps({"weights": weights}).encode())).decode()
        session.add(SiteModelRow(site_id="news", weights=packed, active=True, trained_at=now, labels=9, report={}))
    count_days(desk.database)


def _fill(session: Session, table: Table) -> None:
    keys = list(table.primary_key.columns)
    for n, row in enumerate(session.execute(select(*keys)).all() if WORDS.get(table.name) else ()):
        here = [key == value for key, value in zip(keys, row, strict=True)]
        session.execute(update(table).where(*here).values({name: f"{turned(n)}{n}" for name in WORDS[table.name]}))


def _set(session: Session, site: Site, now: datetime) -> None:
    entries = {
        str(n): {"id": str(new_id()), "name": turned(n), "by": turned(n + 1), "at": now.isoformat(), "until": ""}
        for n in range(40)
    }
    for name in LISTS:
        session.merge(WordListRow(site_id=site.id, name=name, digest=digest_of(PAYLOADS), entries=PAYLOADS))
    site.policy = {
        "lists": dict.fromkeys(LISTS, digest_of(PAYLOADS)),
        "rejections": [{"code": f"r{n}", "label": turned(n * 13), "text": turned(n * 13 + 5)} for n in range(9)],
        "rules": [{"about": "words", "value": turned(n), "mode": "live", "thread": ""} for n in range(40)],
        "blocked_authors": entries,
        "trusted_authors": entries,
        "reviewed_authors": entries,
        "blocked_email_domains": entries,
        "blocked_networks": entries,
    }
    session.flush()


def pages(desk: Desk, found: Furnished, comment: str) -> list[str]:
    """All URLs that accept GET."""
    given = {
        "endpoint_id": found.endpoint,
        "comment_id": comment,
        "token": "x",
        "site": "news",
        "filename": "queue.js",
        "word": "author",
        "name": "held_words",
        "tool": "edit",
    }
    rules = [rule for rule in desk.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.rule.startswith("/v1/")]
    return sorted(rule.build({name: given[name] for name in rule.arguments})[1] for rule in rules)


def test_every_column_of_words_is_known() -> None:
    with_text = {t.name for t in Record.metadata.sorted_tables if any(isinstance(c.type, String) for c in t.columns)}
    assert with_text - CODES - set(WORDS) == set(), "a new table needs its words in WORDS, or a place in CODES"


def test_none_of_them_runs_on_any_page(desk: Desk) -> None:
    found, page = furnish(desk), desk.sit_down("Dana", preferences={"practice_declined": True})
    ids = sow(desk.database, "news", seeds(State.HELD)[::4])
    sow(desk.database, "news", seeds(State.APPROVED)[::4])
    fill(desk)
    looked = 0
    for n, path in enumerate(pages(desk, found, str(ids[7]))):
        answer = page.context.request.get(desk.address + path, max_redirects=0)
        assert answer.headers["x-content-type-options"] == "nosniff", path
        if not answer.headers["content-type"].startswith("text/html") or answer.status in (302, 303):
            continue
        query = urlencode({name: PAYLOADS[(7 * n + 11 * at) % 120] for at, name in enumerate(ASKED)})
        for address in (path, f"{path}?{query}"):
            looked += 1
            _look(desk, page, address)
    assert looked > 50


def _look(desk: Desk, page: Page, address: str) -> None:
    answer = page.goto(desk.address + address)
    assert answer is not None and answer.status < 500, address  # noqa: PT018
    assert page.evaluate("[window.__refused, window.__ran]") == [[], 0], address
    assert page.evaluate(HARMLESS) == [], address
